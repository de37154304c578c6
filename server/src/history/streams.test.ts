import assert from 'node:assert/strict'
import test from 'node:test'
import { sensorKinds, type SensorType } from '@plenum/contract'
import fc from 'fast-check'
import { create, createSmallBuilding, send, startTestServer, storage } from '#test'
import { assertSame, follow } from './asking.ts'
import { expectedHistory, type Given, type Sensor } from './oracle.ts'

/**
 * Ten thousand random streams, each of a sensor of its own: readings on time, late, repeated, replaced and suspect,
 * with days sealed at random moments in between. Every answer of the history is that of a plain list.
 */

const server = await startTestServer()
const { as, clock } = server
const { db } = server.services.database
const minuteMs = 60_000
const hourMs = 60 * minuteMs

const streamsPerBuilding = 200
const buildings = storage === 'native' ? 50 : 4

/** Six days from then on, most of them with a change of the clock. */
const places: [string, string][] = [
  ['Europe/Berlin', '2026-10-22T09:00:00Z'],
  ['Europe/Berlin', '2026-03-26T09:00:00Z'],
  ['America/St_Johns', '2026-10-29T09:00:00Z'],
  ['America/St_Johns', '2026-03-05T09:00:00Z'],
  ['Asia/Kolkata', '2026-05-29T09:00:00Z'],
  ['Asia/Tokyo', '2026-05-29T09:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-01T09:00:00Z'],
  ['Africa/Cairo', '2026-04-21T09:00:00Z'],
]
const days = 6
const rounds = 6

const types = ['temperature', 'energy', 'contact'] as const satisfies SensorType[]
const values: Record<(typeof types)[number], fc.Arbitrary<number>> = {
  // The last of each is not plausible.
  temperature: fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: -300, max: 400 }).map((n) => n / 10) },
    { weight: 1, arbitrary: fc.constantFrom(1 / 3, 0.1 + 0.2, 21.000001) },
    { weight: 1, arbitrary: fc.constant(300) },
  ),
  energy: fc.oneof(
    { weight: 12, arbitrary: fc.nat({ max: 40_000 }).map((n) => n / 100) },
    { weight: 1, arbitrary: fc.constant(-1) },
  ),
  contact: fc.constantFrom(0, 1, 0, 1, 0, 1, 7),
}

interface Event {
  round: number
  /** Before the clock of that round; negative: any time of the six days, as a share of a thousand. */
  agoMs: number
  value: number
}
const eventOf = (type: (typeof types)[number]): fc.Arbitrary<Event> =>
  fc.record({
    round: fc.nat({ max: rounds - 1 }),
    agoMs: fc.oneof(
      { weight: 2, arbitrary: fc.nat({ max: 20 * minuteMs }) },
      { weight: 3, arbitrary: fc.integer({ min: -1_000, max: -1 }) },
      // These meet again and again, so that values are repeated, replaced and put back.
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 4 }).map((n) => n * -250) },
    ),
    value: values[type],
  })
/** Of counters, at a share of a thousand of the six days. */
interface Replaced {
  round: number
  share: number
  final: number
  first: number
}
const counting = fc.record({
  rollover: fc.constantFrom(null, 150, 400, 1_000),
  replaced: fc.option(
    fc.record({
      round: fc.nat({ max: rounds - 1 }),
      share: fc.oneof(
        fc.nat({ max: 1_000 }),
        fc.integer({ min: 1, max: 4 }).map((n) => n * 250),
      ),
      final: fc.nat({ max: 400 }),
      first: fc.nat({ max: 400 }),
    }),
  ),
})
const streamOf = (type: (typeof types)[number]) => fc.array(eventOf(type), { minLength: 4, maxLength: 24 })
const world = fc.record({
  place: fc.constantFrom(...places),
  streams: fc.tuple(...Array.from({ length: streamsPerBuilding }, (_, i) => streamOf(types[i % 3] ?? 'temperature'))),
  countings: fc.array(counting, { minLength: streamsPerBuilding, maxLength: streamsPerBuilding }),
  pauses: fc.array(fc.constantFrom(20 * minuteMs, 5 * hourMs, 31 * hourMs), { minLength: rounds, maxLength: rounds }),
  seals: fc.array(fc.boolean(), { minLength: rounds, maxLength: rounds }),
  limits: fc.array(fc.constantFrom(997, 5_000, 10_000), { minLength: 4, maxLength: 4 }),
  cut: fc.record({ from: fc.nat({ max: 4 * 24 }), hours: fc.integer({ min: 1, max: 60 }) }),
})

async function floorOf(
  timezone: string,
  rollovers: (number | null)[],
): Promise<{ floorId: number; sensors: Sensor[] }> {
  const { building, floor, key } = await createSmallBuilding(server)
  await as('PATCH', `/api/buildings/${building.id}`, { timezone })
  const rolloverOf = (i: number) => (types[i % 3] === 'energy' ? (rollovers[i] ?? null) : null)
  const rows = Array.from({ length: streamsPerBuilding }, (_, i) => {
    const sensor_type = types[i % 3] ?? 'temperature'
    const of = { building_id: building.id, floor_id: floor.id, sensor_key: `${key}/${i}`, name: `S${i}` }
    const rollover_value = rolloverOf(i)
    return { ...of, sensor_type, unit: sensorKinds[sensor_type].unit, interval_s: 600, rollover_value }
  })
  const ids = await db.insertInto('sensor').values(rows).returning('id').execute()
  const behaviourOf = (i: number) => sensorKinds[types[i % 3] ?? 'temperature'].behaviour
  const sensors = ids.map(({ id }, i) => ({
    sensorId: id,
    behaviour: behaviourOf(i),
    intervalS: 600,
    rolloverValue: rolloverOf(i),
  }))
  return { floorId: floor.id, sensors }
}

const isPlausible = (type: SensorType, value: number): boolean =>
  value >= sensorKinds[type].plausible.min && value <= sensorKinds[type].plausible.max

type List = Map<string, Given>

/** Sends what falls due in a round, and holds the counts of the answer against the list. */
async function sendRound(round: number, streams: Event[][], sensors: Sensor[], startMs: number, list: List) {
  const body: { sensor_id: number; timestamp: string; value: number }[] = []
  let stored = 0
  streams.forEach((events, i) => {
    const { sensorId } = sensors[i] as Sensor
    for (const { agoMs, value, ...event } of events) {
      if (event.round !== round) continue
      const atMs = agoMs >= 0 ? clock.nowMs - agoMs : startMs + Math.round((-agoMs * days * 24 * hourMs) / 1_000)
      if (atMs > clock.nowMs) continue
      const identity = `${sensorId} ${atMs}`
      if (list.get(identity)?.value !== value) {
        stored++
        const good = isPlausible(types[i % 3] ?? 'temperature', value)
        list.set(identity, { sensorId, atMs, value, good })
      }
      body.push({ sensor_id: sensorId, timestamp: new Date(atMs).toISOString(), value })
    }
  })
  if (body.length === 0) return
  const answer = await send(as, body)
  assert.deepEqual([answer.stored, answer.duplicates], [stored, body.length - stored])
}

/** Declares what falls due in a round, to the server and to the oracle. */
async function declareRound(round: number, replaced: (Replaced | null)[], sensors: Sensor[], startMs: number) {
  for (const [i, one] of replaced.entries()) {
    const sensor = sensors[i] as Sensor
    if (one?.round !== round || sensor.behaviour !== 'counter') continue
    const atMs = startMs + Math.round((one.share * days * 24 * hourMs) / 1_000)
    if (atMs > clock.nowMs) continue
    const body = { at: new Date(atMs).toISOString(), final_reading: one.final, first_reading: one.first }
    await create(as, `/api/sensors/${sensor.sensorId}/meter-replacements`, body)
    sensor.replacements = [{ atMs, ...one }]
  }
}

test(`${streamsPerBuilding * buildings} random streams: every answer is that of a plain list`, async () => {
  let checked = 0
  await fc.assert(
    fc.asyncProperty(world, async ({ place, streams, countings, pauses, seals, limits, cut }) => {
      const [timezone, start] = place
      const startMs = Date.parse(start)
      const { floorId, sensors } = await floorOf(
        timezone,
        countings.map(({ rollover }) => rollover),
      )
      const replaced = countings.map((one) => one.replaced)
      const list: List = new Map()

      const check = async (fromMs: number, toMs: number, grains: ('raw' | '15m' | '1h' | '1d')[]) => {
        const bySensor = Map.groupBy(list.values(), ({ sensorId }) => sensorId)
        const asked = `from=${new Date(fromMs).toISOString()}&to=${new Date(toMs).toISOString()}`
        for (const [i, grain] of grains.entries()) {
          const path = `/api/dashboard/floor/${floorId}/history?${asked}&resolution=${grain}`
          const found = Map.groupBy(await follow(as, path, limits[i] as number), (record) => record['sensor_id'])
          for (const sensor of sensors) {
            const given = bySensor.get(sensor.sensorId) ?? []
            const expected = expectedHistory(given, [sensor], { fromMs, toMs }, grain, timezone)
            assertSame(found.get(sensor.sensorId) ?? [], expected)
          }
        }
      }

      clock.nowMs = startMs + 30 * hourMs
      for (let round = 0; round < rounds; round++) {
        await sendRound(round, streams, sensors, startMs, list)
        await declareRound(round, replaced, sensors, startMs)
        if (seals[round]) await server.services.readings.sealClosedDays()
        if (round === rounds >> 1) {
          const fromMs = startMs + cut.from * hourMs + 1
          await check(fromMs, fromMs + cut.hours * hourMs, ['1h', '15m', 'raw', '1d'])
        }
        clock.nowMs += pauses[round] as number
      }
      await check(startMs, startMs + (days + 5) * 24 * hourMs, ['raw', '15m', '1h', '1d'])
      clock.nowMs = startMs + 20 * 24 * hourMs
      await server.services.readings.sealClosedDays()
      await check(startMs, startMs + (days + 5) * 24 * hourMs, ['1d', '1h'])
      checked += streams.length
    }),
    { numRuns: buildings, endOnFailure: true },
  )
  assert.equal(checked, streamsPerBuilding * buildings)
})
