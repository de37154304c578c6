import assert from 'node:assert/strict'
import test from 'node:test'
import type { IngestAnswer } from '@plenum/contract'
import { type Kysely, sql } from 'kysely'
import fc from 'fast-check'
import type { Tables } from '#platform'
import { countUnsealed, create, send, startTestServer, storage } from '#test'
import { declare, type Declaration, declarationWithin, type Declared } from './declarations.ts'
import { expectedRollups, fromView, type Known, type List, listed, rounded, withoutEnds } from './listed-readings.ts'
import { isLate } from './quality.ts'

/**
 * Everything that can happen to a reading, against a plain list: on time, late, repeated, replaced, suspect; days sealed
 * at any moment between; roll-over values set and cleared, meter replacements declared and withdrawn. Whatever is asked,
 * the answer is that of the list.
 */

const server = await startTestServer()
const db: Kysely<Tables> = server.services.database.db
const { readings } = server.services
const hourMs = 3_600_000

/** Zones and a time with a change of the clock in it; 2010 is when St. John's still went back over midnight. */
const places: [string, string][] = [
  ['Asia/Tokyo', '2026-03-27T12:00:00Z'],
  ['Asia/Kolkata', '2026-03-27T12:00:00Z'],
  ['America/St_Johns', '2010-11-05T12:00:00Z'],
  ['America/St_Johns', '2026-03-06T12:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-03T12:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-02T12:00:00Z'],
  ['Africa/Cairo', '2026-04-22T12:00:00Z'],
  ['Africa/Cairo', '2026-10-28T12:00:00Z'],
  ['America/Los_Angeles', '2026-10-30T12:00:00Z'],
]

interface Sent {
  /** Hours and steps since the beginning. */
  step: number
  value: number
  counter: boolean
}

const steps = 12 * 24 * 4
const sent: fc.Arbitrary<Sent> = fc.record({
  // Half of them meet again and again, so that values are replaced and put back.
  step: fc.oneof(
    fc.nat(steps),
    fc.nat(10).map((n) => n * 16),
  ),
  // 300 degrees are suspect, and so is a meter below zero.
  value: fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 0, max: 400 }).map((tenths) => tenths / 10) },
    { weight: 10, arbitrary: fc.constantFrom(20, 21) },
    { weight: 2, arbitrary: fc.constantFrom(0.1 + 0.2, 1 / 3, 21.000001) },
    { weight: 1, arbitrary: fc.constantFrom(-273, -1e308, -300.5) },
  ),
  counter: fc.boolean(),
})
type Action = { send: Sent[] } | { load: Sent[] } | Declaration | 'again' | 'seal' | 'later'
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ send: fc.array(sent, { minLength: 1, maxLength: 40 }) }) },
  { weight: 3, arbitrary: fc.record({ load: fc.array(sent, { minLength: 1, maxLength: 60 }) }) },
  { weight: 1, arbitrary: fc.constant('again' as const) },
  { weight: 2, arbitrary: fc.constant('seal' as const) },
  { weight: 1, arbitrary: fc.constant('later' as const) },
  { weight: 4, arbitrary: declarationWithin(steps) },
)

let made = 0
async function createPair(timezone: string) {
  const building = await create(server.as, '/api/buildings', { name: `Building ${++made}`, timezone })
  const floor = await create(server.as, '/api/floors', { building_id: building.id, name: '1F', level: 1 })
  const sensor = (sensor_type: string) =>
    create(server.as, '/api/sensors', {
      floor_id: floor.id,
      sensor_key: `${made}/${sensor_type}`,
      name: 'S',
      sensor_type,
    })
  const [gauge, meter] = [(await sensor('temperature')).id, (await sensor('energy')).id]
  return { gauge, meter }
}

/** Day starts as the database has them: what is tested here is what happens within them. */
async function dayStarts(timezone: string, fromMs: number): Promise<number[]> {
  const { rows } = await sql<{ ms: number }>`
    select (extract(epoch from local_midnight(${new Date(fromMs).toISOString()}::timestamptz::date + n, ${timezone})) * 1000)::float8 as ms
    from generate_series(-3, 20) n order by 1`.execute(db)
  return rows.map(({ ms }) => ms)
}

async function check(
  list: List,
  ids: { gauge: number; meter: number },
  declared: Declared,
  timezone: string,
  startMs: number,
) {
  const starts = await dayStarts(timezone, startMs)
  const sensorIds = [ids.gauge, ids.meter]
  for (const sensorId of sensorIds) {
    const [newest] = [...(list.get(sensorId) ?? [])].sort(([a], [b]) => b - a)
    const { rows } = await sql<{ at: Date; value: number; quality: number }>`
      select * from newest_reading(${sensorId})`.execute(db)
    assert.deepEqual(
      rows.map(({ at, ...known }) => [at.getTime(), known]),
      newest ? [[newest[0], { value: newest[1].value, quality: newest[1].quality }]] : [],
    )
  }
  const toMs = startMs + 16 * 24 * hourMs
  // A part of it as well, which cuts days and hours.
  for (const [from, to] of [
    [startMs - hourMs, toMs],
    [startMs + 40 * hourMs + 1, startMs + 5.3 * 24 * hourMs],
  ] as [number, number][]) {
    const expected = sensorIds.flatMap((sensorId) =>
      [...(list.get(sensorId) ?? [])]
        .filter(([atMs]) => atMs >= from && atMs < to)
        .sort(([a], [b]) => a - b)
        .map(([atMs, known]) => ({ sensorId, atMs, ...known })),
    )
    const scanned: typeof expected = []
    for await (const chunk of readings.stored.scan({ sensorIds, fromMs: from, toMs: to })) {
      chunk.atMs.forEach((atMs, i) =>
        scanned.push({
          sensorId: chunk.sensorId,
          atMs,
          value: chunk.values[i] as number,
          quality: (chunk.qualities[i] as number) & 1,
          late: isLate(chunk.qualities[i]),
        }),
      )
    }
    assert.deepEqual(scanned, expected)
    const range = sql`sensor_id = any(${sensorIds}::int4[]) and at >= ${new Date(from)} and at < ${new Date(to)}`
    for (const relation of [
      sql`reading_all where ${range}`,
      sql`reading_between(${sensorIds}::int4[], ${new Date(from)}, ${new Date(to)})`,
    ]) {
      const { rows } = await sql<{ sensor_id: number; at: Date; value: number; quality: number; late: boolean }>`
        select sensor_id, at, value, quality, late from ${relation} order by sensor_id, at`.execute(db)
      const seen = rows.map(({ sensor_id, at, ...known }) => ({ sensorId: sensor_id, atMs: at.getTime(), ...known }))
      assert.deepEqual(seen, expected)
    }
    for (const unit of ['hour', 'day'] as const) {
      const figures = expectedRollups(list, ids.meter, declared, starts, unit).filter(
        ({ atMs }) => atMs >= from && atMs < to,
      )
      const stored = await readings.stored.rollups({ sensorIds, fromMs: from, toMs: to, unit })
      assert.deepEqual(rounded(listed(stored)), rounded(withoutEnds(figures)))
      const { rows } = await sql<Record<string, number>>`
        select * from ${sql.table(unit === 'day' ? 'rollup_1d' : 'rollup_1h')} where ${range} order by at, sensor_id`.execute(
        db,
      )
      assert.deepEqual(rounded(rows.map((row) => fromView(row, unit))), rounded(figures))
    }
  }
}

test('whatever arrives in whatever order, and whenever days are sealed, every answer is that of a plain list', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...places),
      fc.array(action, { minLength: 3, maxLength: 12 }),
      fc.constantFrom(15 * 60_000, 7 * 60_000 + 13, 60_000),
      async ([timezone, start], actions, stepMs) => {
        const startMs = Date.parse(start)
        const ids = await createPair(timezone)
        const list: List = new Map([
          [ids.gauge, new Map()],
          [ids.meter, new Map()],
        ])
        server.clock.nowMs = startMs + (steps * stepMs) / 2
        const declared: Declared = { rollover: null, replacements: [] }
        let batch: Sent[] = []
        for (const one of [...actions, 'again' as const]) {
          if (one === 'seal') await readings.sealClosedDays()
          else if (one === 'later') server.clock.nowMs += 40 * hourMs
          else if (typeof one !== 'string' && !('send' in one || 'load' in one))
            await declare(
              { as: server.as, nowMs: server.clock.nowMs },
              one,
              (step) => startMs + step * stepMs,
              ids.meter,
              declared,
            )
          else if (typeof one !== 'string' && 'load' in one)
            await sendAndNote(inBulk, one.load, stepMs, startMs, ids, list)
          else {
            if (one !== 'again') batch = one.send
            await sendAndNote(oneByOne, batch, stepMs, startMs, ids, list)
          }
        }
        await check(list, ids, declared, timezone, startMs)
        await readings.sealClosedDays()
        server.clock.nowMs += 20 * 24 * hourMs
        await check(list, ids, declared, timezone, startMs)
        await readings.sealClosedDays()
        assert.equal(await countUnsealed(db), 0, 'every day is closed and sealed')
        await check(list, ids, declared, timezone, startMs)
      },
    ),
    { numRuns: storage === 'native' ? 40 : 10, endOnFailure: true },
  )
})

const qualityOf = (value: number, counter: boolean) => ((counter ? value < 0 : value < -40 || value > 85) ? 1 : 0)
const isLateNow = (atMs: number): boolean => server.clock.nowMs - atMs > 600_000

/** Sends and notes; the counts must be those of the list. */
type Way = (items: { id: number; atMs: number; value: number }[]) => Promise<IngestAnswer>

const oneByOne: Way = (items) =>
  send(
    server.as,
    items.map(({ id, atMs, value }) => ({ sensor_id: id, timestamp: new Date(atMs).toISOString(), value })),
  )

/** In runs of a few readings, in the order of the items for each sensor. */
const inBulk: Way = async (items) => {
  const lines = [...Map.groupBy(items, ({ id }) => id)].flatMap(([sensor_id, mine]) =>
    Array.from({ length: Math.ceil(mine.length / 7) }, (_, i) => mine.slice(i * 7, i * 7 + 7)).map((some) => ({
      sensor_id,
      timestamps: some.map(({ atMs }) => atMs),
      values: some.map(({ value }) => value),
    })),
  )
  const body = lines.map((line) => JSON.stringify(line)).join('\n')
  const answer = await server.as('POST', '/api/import/readings', body, { 'content-type': 'application/x-ndjson' })
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json<IngestAnswer>()
}

/** Sends what the clock allows; the counts must be those of the list. */
async function sendAndNote(
  way: Way,
  batch: Sent[],
  stepMs: number,
  startMs: number,
  ids: { gauge: number; meter: number },
  list: List,
) {
  const items: Parameters<Way>[0] = []
  let stored = 0
  for (const { step, value, counter } of batch) {
    const atMs = startMs + step * stepMs
    if (atMs > server.clock.nowMs) continue
    const id = counter ? ids.meter : ids.gauge
    const known = list.get(id) as Map<number, Known>
    if (known.get(atMs)?.value !== value) {
      stored++
      known.set(atMs, { value, quality: qualityOf(value, counter), late: way === oneByOne && isLateNow(atMs) })
    }
    items.push({ id, atMs, value })
  }
  if (items.length === 0) return
  const answer = await way(items)
  assert.deepEqual([answer.stored, answer.duplicates], [stored, items.length - stored])
}

test('a value of a sealed day may be replaced and put back, and each time is counted for what it is', async () => {
  const { gauge } = await createPair('Asia/Tokyo')
  server.clock.nowMs = Date.parse('2026-05-10T12:00:00Z')
  const timestamp = '2026-05-03T12:00:00Z'
  const sendValues = async (...values: number[]) => {
    const { stored, duplicates } = await send(
      server.as,
      values.map((value) => ({ sensor_id: gauge, timestamp, value })),
    )
    return [stored, duplicates]
  }
  assert.deepEqual(await sendValues(20), [1, 0])
  await readings.sealClosedDays()
  assert.deepEqual(await sendValues(20), [0, 1])
  assert.equal(await countUnsealed(db), 0, 'a duplicate leaves no hot row')
  assert.deepEqual(await sendValues(21), [1, 0])
  assert.deepEqual(await sendValues(20), [1, 0], 'back to what is sealed, but not to what is known')
  assert.deepEqual(await sendValues(20, 20), [0, 2])
  await readings.sealClosedDays()
  assert.deepEqual(await sendValues(20, 21, 20), [2, 1])
})
