import assert from 'node:assert/strict'
import test from 'node:test'
import type { SensorType } from '@plenum/contract'
import fc from 'fast-check'
import { type Caller, create, createSmallBuilding, send, startTestServer } from '#test'
import { assertSame, follow } from './asking.ts'
import { expectedHistory, type Given, type Sensor } from './oracle.ts'

const server = await startTestServer()
const { as } = server

/** A floor in some time zone: a gauge, a counter, a state. */
async function floorIn(timezone: string) {
  const building = await createSmallBuilding(server)
  const patched = await as('PATCH', `/api/buildings/${building.building.id}`, { timezone })
  assert.equal(patched.statusCode, 200, patched.body)
  const add = async (sensor_type: SensorType, interval_s: number): Promise<number> => {
    const sensor_key = `${building.key}/${sensor_type}-2`
    const body = { floor_id: building.floor.id, sensor_key, name: sensor_type, sensor_type, interval_s }
    return (await create(as, '/api/sensors', body)).id
  }
  const sensors: Sensor[] = [
    { sensorId: building.temperature.id, behaviour: 'gauge', intervalS: 60 },
    { sensorId: await add('energy', 600), behaviour: 'counter', intervalS: 600 },
    { sensorId: await add('contact', 300), behaviour: 'state', intervalS: 300 },
  ]
  return { ...building, sensors }
}

/** What lies in the plausible range of its kind is good. */
const isGood = (behaviour: Sensor['behaviour'], value: number): boolean =>
  behaviour === 'gauge' ? value >= -40 && value <= 85 : behaviour === 'counter' ? value >= 0 : value >= 0 && value <= 1

const valueOf: Record<Sensor['behaviour'], fc.Arbitrary<number>> = {
  gauge: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: -300, max: 400 }).map((n) => n / 8) },
    { weight: 1, arbitrary: fc.constant(1e9) },
  ),
  counter: fc.oneof(
    { weight: 9, arbitrary: fc.nat({ max: 4_000 }).map((n) => n / 4) },
    { weight: 1, arbitrary: fc.constant(-1) },
  ),
  state: fc.constantFrom(0, 1, 0, 1, 0, 1, 7),
}

const store = async (asGateway: Caller, given: Given[]): Promise<void> => {
  const readings = given.map(({ sensorId, atMs, value }) => ({
    sensor_id: sensorId,
    timestamp: new Date(atMs).toISOString(),
    value,
  }))
  await send(asGateway, readings)
}

type Declared = { atMs: number; final: number; first: number; withdrawn: boolean }[]

/** To the server, and to the oracle. */
async function declare(counter: Sensor, rollover: number | null, replaced: Declared): Promise<void> {
  const path = `/api/sensors/${counter.sensorId}`
  assert.equal((await as('PATCH', path, { rollover_value: rollover })).statusCode, 200)
  counter.rolloverValue = rollover
  counter.replacements = []
  for (const { atMs, final, first, withdrawn } of replaced) {
    if (counter.replacements.some((one) => one.atMs === atMs)) continue
    const body = { at: new Date(atMs).toISOString(), final_reading: final, first_reading: first }
    const { id } = await create(as, `${path}/meter-replacements`, body)
    if (withdrawn) {
      const answer = await as('POST', `${path}/meter-replacements/${id}/withdraw`)
      assert.equal(answer.statusCode, 200, answer.body)
    } else counter.replacements.push({ atMs, final, first })
  }
}

const zones = [
  // Each with a day on which clocks change, where they do.
  ['Europe/Berlin', Date.UTC(2026, 9, 25)],
  ['Europe/Berlin', Date.UTC(2026, 2, 29)],
  ['America/St_Johns', Date.UTC(2026, 10, 1)],
  ['America/St_Johns', Date.UTC(2026, 2, 8)],
  ['Asia/Kolkata', Date.UTC(2026, 5, 1)],
  ['Asia/Tokyo', Date.UTC(2026, 5, 1)],
  ['Australia/Lord_Howe', Date.UTC(2026, 3, 5)],
] as const

for (const [timezone, dayMs] of zones) {
  test(`every resolution equals the plain list, at every page size (${timezone}, ${new Date(dayMs).toISOString().slice(0, 10)})`, async () => {
    const rounds = fc.record({
      readings: fc.array(
        fc.record({
          sensor: fc.nat({ max: 2 }),
          minute: fc.nat({ max: 3 * 24 * 60 }),
          seconds: fc.constantFrom(0, 0, 0, 0.001, 59.999),
          values: fc.record(valueOf),
        }),
        { minLength: 1, maxLength: 120 },
      ),
      from: fc.nat({ max: 3 * 24 * 4 }),
      length: fc.integer({ min: 1, max: 3 * 24 * 4 }),
      ragged: fc.boolean(),
      limits: fc.array(fc.constantFrom(1, 2, 3, 7, 50, 10_000), { minLength: 4, maxLength: 4 }),
      sealedFirst: fc.boolean(),
      rollover: fc.constantFrom(null, 100, 600, 1_000, 5_000),
      replaced: fc.array(
        fc.record({
          minute: fc.nat({ max: 3 * 24 * 60 }),
          final: fc.nat({ max: 1_000 }),
          first: fc.nat({ max: 1_000 }),
          withdrawn: fc.boolean(),
        }),
        { maxLength: 4 },
      ),
    })
    await fc.assert(
      fc.asyncProperty(rounds, async ({ readings, from, length, ragged, limits, ...declared }) => {
        const { sensors, floor, asGateway } = await floorIn(timezone)
        const startMs = dayMs - 86_400_000
        const byIdentity = new Map<string, Given>()
        for (const { sensor: i, minute, seconds, values } of readings) {
          const { sensorId, behaviour } = sensors[i] as Sensor
          const atMs = startMs + minute * 60_000 + seconds * 1_000
          const value = values[behaviour]
          byIdentity.set(`${sensorId} ${atMs}`, { sensorId, atMs, value, good: isGood(behaviour, value) })
        }
        // What the counter rose from.
        const first = { sensorId: (sensors[1] as Sensor).sensorId, atMs: startMs - 60_000, value: 100, good: true }
        const given = [first, ...byIdentity.values()]
        await store(asGateway, given)
        if (declared.sealedFirst) await server.services.readings.sealClosedDays()
        const replaced = declared.replaced.map(({ minute, ...one }) => ({ ...one, atMs: startMs + minute * 60_000 }))
        await declare(sensors[1] as Sensor, declared.rollover, replaced)
        const fromMs = startMs + from * 900_000 + (ragged ? 1 : 0)
        const range = { fromMs, toMs: fromMs + length * 900_000 }
        const asked = `from=${new Date(range.fromMs).toISOString()}&to=${new Date(range.toMs).toISOString()}`
        for (const [i, grain] of (['raw', '15m', '1h', '1d'] as const).entries()) {
          const path = `/api/dashboard/floor/${floor.id}/history?${asked}&resolution=${grain}`
          const found = await follow(as, path, limits[i] as number)
          assertSame(found, expectedHistory(given, sensors, range, grain, timezone))
        }
        for (const sensor of sensors) {
          const found = await follow(as, `/api/sensors/${sensor.sensorId}/history?${asked}&resolution=15m`, 5)
          const own = given.filter(({ sensorId }) => sensorId === sensor.sensorId)
          assertSame(found, expectedHistory(own, [sensor], range, '15m', timezone))
        }
      }),
      { numRuns: 5, endOnFailure: true },
    )
  })
}
