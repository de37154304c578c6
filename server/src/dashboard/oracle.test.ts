import assert from 'node:assert/strict'
import test from 'node:test'
import { type BuildingDashboard, type FloorSparklines, type SensorType, sensorKinds } from '@plenum/contract'
import fc from 'fast-check'
import { createSmallBuilding, send, startTestServer } from '#test'

const server = await startTestServer()
const { as, clock, services } = server
const { db } = services.database
const minuteMs = 60_000

interface Reading {
  /** Position of the sensor among those made. */
  sensor: number
  agoMs: number
  value: number
}
interface Made {
  floor: number
  sensor_type: SensorType
  interval_s: number
  status: 'active' | 'disabled'
}

const kinds: SensorType[] = ['temperature', 'co2', 'humidity']
const sensor = fc.record({
  floor: fc.nat(2),
  sensor_type: fc.constantFrom(...kinds),
  interval_s: fc.constantFrom(60, 600),
  status: fc.constantFrom('active' as const, 'active' as const, 'disabled' as const),
})
/** Values inside and outside what each kind believes. */
const reading = fc.record({
  sensor: fc.nat(11),
  agoMs: fc.oneof(fc.integer({ min: -5 * minuteMs, max: 70 * minuteMs }), fc.integer({ min: 0, max: 4 * minuteMs })),
  value: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.double({ min: -50, max: 12_000, noNaN: true })),
})
const world = fc.record({
  sensors: fc.array(sensor, { minLength: 1, maxLength: 12 }),
  readings: fc.array(reading, { maxLength: 120 }),
})

/** Makes it all, and answers the readings that count: the last sent of each (sensor, time). */
async function build({ sensors, readings }: { sensors: Made[]; readings: Reading[] }) {
  const { building } = await createSmallBuilding(server)
  const floors = await db
    .insertInto('floor')
    .values([0, 1, 2].map((level) => ({ building_id: building.id, name: `F${level}`, level: level + 10 })))
    .returning('id')
    .execute()
  const floorIds = floors.map(({ id }) => id)
  const rows = sensors.map(({ floor, ...rest }, i) => ({
    ...rest,
    building_id: building.id,
    floor_id: floorIds[floor] ?? 0,
    name: `N${i}`,
    unit: sensorKinds[rest.sensor_type].unit,
    sensor_key: `${building.id}/${i}`,
  }))
  const ids = (await db.insertInto('sensor').values(rows).returning('id').execute()).map(({ id }) => id)
  const kept = new Map<string, Reading & { id: number; atMs: number; good: boolean }>()
  for (const one of readings) {
    const made = sensors[one.sensor % sensors.length] as Made
    const id = ids[one.sensor % sensors.length] as number
    const { min, max } = sensorKinds[made.sensor_type].plausible
    const atMs = clock.nowMs - one.agoMs
    // -0 is stored as 0.
    kept.set(`${id} ${atMs}`, { ...one, value: one.value + 0, id, atMs, good: one.value >= min && one.value <= max })
  }
  if (readings.length > 0) {
    const wire = readings.map(({ sensor: n, agoMs, value }) => ({
      sensor_id: ids[n % ids.length],
      timestamp: new Date(clock.nowMs - agoMs).toISOString(),
      value,
    }))
    const half = Math.ceil(wire.length / 2)
    await send(as, wire.slice(0, half))
    if (wire.length > half) await send(as, wire.slice(half))
  }
  return { building, floorIds, ids, kept: [...kept.values()] }
}

const close = (actual: number, expected: number): boolean =>
  Math.abs(actual - expected) <= 1e-6 * Math.max(1, Math.abs(expected))

test('the summary of a building is what counting its sensors one by one gives', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (given) => {
      const { building, floorIds, ids, kept } = await build(given)
      const answer = await as('GET', `/api/dashboard/building/${building.id}`)
      assert.equal(answer.statusCode, 200, answer.body)
      const { floors } = answer.json<BuildingDashboard>()
      assert.deepEqual(
        floors.map(({ id }) => id),
        [floors[0]?.id, ...floorIds],
        'by level',
      )
      for (const [level, floorId] of floorIds.entries()) {
        const shown = floors.find(({ id }) => id === floorId)
        assert.ok(shown)
        const status = { ok: 0, stale: 0, silent: 0, disabled: 0 }
        const values = new Map<SensorType, number[]>()
        let newestMs = -Infinity
        for (const [i, made] of given.sensors.entries()) {
          if (made.floor !== level) continue
          const own = kept.filter(({ id }) => id === ids[i]).sort((a, b) => b.atMs - a.atMs)
          const [newest] = own
          if (newest) newestMs = Math.max(newestMs, newest.atMs)
          if (made.status === 'disabled') status.disabled++
          else if (!newest) status.silent++
          else if (clock.nowMs - newest.atMs > 3 * made.interval_s * 1_000) status.stale++
          else {
            status.ok++
            if (newest.good) values.set(made.sensor_type, [...(values.get(made.sensor_type) ?? []), newest.value])
          }
        }
        assert.deepEqual(shown.status, status)
        assert.equal(shown.sensors, given.sensors.filter((made) => made.floor === level).length)
        assert.equal(shown.latest_timestamp, newestMs === -Infinity ? null : new Date(newestMs).toISOString())
        assert.deepEqual(
          shown.kinds.map(({ sensor_type }) => sensor_type),
          [...values.keys()].sort(),
        )
        for (const { sensor_type, count, avg, min, max } of shown.kinds) {
          const own = values.get(sensor_type) ?? []
          assert.deepEqual([count, min, max], [own.length, Math.min(...own), Math.max(...own)])
          assert.ok(min !== null && max !== null)
          assert.ok(close(avg, own.reduce((a, b) => a + b, 0) / own.length) && avg >= min && avg <= max)
        }
      }
    }),
    { numRuns: 25 },
  )
})

test('sparklines are sixty minutes of means: gaps are null, suspect readings are left out, late ones come in', async () => {
  await fc.assert(
    fc.asyncProperty(world, fc.integer({ min: 0, max: minuteMs - 1 }), async (given, withinMinuteMs) => {
      clock.nowMs = Math.floor(clock.nowMs / minuteMs) * minuteMs + 10 * minuteMs + withinMinuteMs
      const { floorIds, ids, kept } = await build(given)
      const thisMinuteMs = Math.floor(clock.nowMs / minuteMs) * minuteMs
      const fromMs = thisMinuteMs - 59 * minuteMs
      for (const [level, floorId] of floorIds.entries()) {
        const answer = await as('GET', `/api/dashboard/floor/${floorId}/sparklines`)
        assert.equal(answer.statusCode, 200, answer.body)
        const shown = answer.json<FloorSparklines>()
        assert.equal(shown.from, new Date(fromMs).toISOString())
        assert.equal(shown.step_s, 60)
        const lines = new Map(shown.sensors.map(({ sensor_id, values }) => [sensor_id, values]))
        for (const [i, made] of given.sensors.entries()) {
          if (made.floor !== level) continue
          const steps = Array.from({ length: 60 }, (_, step): number | null => {
            const own = kept.filter(
              ({ id, atMs, good }) => good && id === ids[i] && Math.floor((atMs - fromMs) / minuteMs) === step,
            )
            return own.length === 0 ? null : own.reduce((sum, { value }) => sum + value, 0) / own.length
          })
          const line = lines.get(ids[i] ?? 0)
          if (line === undefined) assert.ok(steps.every((step) => step === null))
          else {
            assert.equal(line.length, 60)
            for (const [step, value] of line.entries()) {
              const expected = steps[step] ?? null
              assert.equal(value === null, expected === null, `step ${step}`)
              if (value !== null && expected !== null) assert.ok(close(value, expected), `${value} is not ${expected}`)
            }
          }
        }
      }
    }),
    { numRuns: 25 },
  )
})

test('a late reading is in the sparkline after a quarter of a minute at the latest', async () => {
  const { floor, co2 } = await createSmallBuilding(server)
  const lines = async () => (await as('GET', `/api/dashboard/floor/${floor.id}/sparklines`)).json<FloorSparklines>()
  assert.deepEqual((await lines()).sensors, [])
  await send(as, [{ sensor_id: co2.id, timestamp: new Date(clock.nowMs - 30 * minuteMs).toISOString(), value: 612 }])
  clock.nowMs += 15_001
  assert.deepEqual(
    (await lines()).sensors.map(({ sensor_id, values }) => [sensor_id, values.filter((value) => value !== null)]),
    [[co2.id, [612]]],
  )
})
