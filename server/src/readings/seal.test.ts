import assert from 'node:assert/strict'
import test from 'node:test'
import { sensorKinds, sensorTypes } from '@plenum/contract'
import { sql } from 'kysely'
import { countUnsealed, createSmallBuilding, send, startTestServer, storage } from '#test'
import { placesOf, rewriteDays } from './rewrite-days.ts'
import type { SegmentRow } from './segment-row.ts'

const server = await startTestServer()
const { db } = server.services.database
const { readings } = server.services
const hourMs = 3_600_000
const native = { skip: storage === 'native' ? false : 'how the native engine does it' }

const count = async (relation: string): Promise<number> =>
  (await sql<{ n: number }>`select count(*) as n from ${sql.table(relation)}`.execute(db)).rows[0]?.n as number

const minutes = (sensorId: number, from: string, length: number, value = (i: number) => 20 + (i % 50) / 10) =>
  Array.from({ length }, (_, i) => ({
    sensor_id: sensorId,
    timestamp: new Date(Date.parse(from) + i * 60_000).toISOString(),
    value: value(i),
  }))

test('a crash in the middle of sealing leaves rows, and what was cut off is sealed the next time', native, async () => {
  server.clock.nowMs = Date.parse('2026-06-10T12:00:00Z')
  const { temperature } = await createSmallBuilding(server)
  await send(server.as, minutes(temperature.id, '2026-06-08T15:00:00Z', 1440))
  const day = { day: '2026-06-09', fromMs: Date.parse('2026-06-08T15:00Z'), toMs: Date.parse('2026-06-09T15:00Z') }
  const crash = db.transaction().execute(async (tx) => {
    const { sealed } = await rewriteDays(tx, [{ sensorId: temperature.id, counter: false, ...day }])
    assert.equal(sealed, 1440)
    throw new Error('power cut')
  })
  await assert.rejects(crash, /power cut/)
  assert.deepEqual([await count('reading'), await count('segment'), await count('reading_all')], [1440, 0, 1440])
  await readings.sealClosedDays()
  assert.deepEqual([await count('reading'), await count('segment'), await count('reading_all')], [0, 1, 1440])
})

test('several workers that seal at once, with readings arriving, lose and double nothing', async () => {
  const { temperature, co2 } = await createSmallBuilding(server)
  const before = await count('reading_all')
  for (let day = 1; day <= 5; day++) {
    await send(server.as, minutes(temperature.id, `2026-06-0${day}T00:00:00Z`, 700))
    await send(
      server.as,
      minutes(co2.id, `2026-06-0${day}T00:00:00Z`, 700, (i) => 500 + i),
    )
  }
  const late = Array.from({ length: 20 }, (_, i) =>
    send(
      server.as,
      minutes(co2.id, `2026-06-0${(i % 5) + 1}T12:${10 + i}:00Z`, 60, () => 600),
    ),
  )
  await Promise.all([...late, ...Array.from({ length: 4 }, () => readings.sealClosedDays())])
  const all = await count('reading_all')
  const distinct = await sql<{ n: number }>`
    select count(*) as n from (select distinct sensor_id, at from reading_all) one`.execute(db)
  assert.equal(distinct.rows[0]?.n, all)
  const gaps = [0, 1, 2, 3, 4].map((day) => {
    const instants = new Set(Array.from({ length: 700 }, (_, minute) => minute))
    for (let i = day; i < 20; i += 5) for (let minute = 0; minute < 60; minute++) instants.add(720 + 10 + i + minute)
    return instants.size
  })
  assert.equal(all - before, 5 * 700 + gaps.reduce((sum, size) => sum + size, 0))
  await readings.sealClosedDays()
  assert.equal(await count('reading_all'), all)
  assert.equal(await countUnsealed(db), 0)
})

test(
  'emptied partitions go, a minute after they were first seen empty, and late readings make them anew',
  native,
  async () => {
    const partitions = () => sql`select inhrelid from pg_inherits where inhparent = 'reading'::regclass`.execute(db)
    server.clock.nowMs += 5 * 24 * hourMs
    const { co2 } = await createSmallBuilding(server)
    await send(server.as, minutes(co2.id, '2026-06-12T00:00:00Z', 10))
    await readings.sealClosedDays()
    assert.ok((await partitions()).rows.length > 0)
    server.clock.nowMs += 61_000
    await readings.sealClosedDays()
    assert.equal((await partitions()).rows.length, 0)
    const { temperature } = await createSmallBuilding(server)
    const answer = await send(server.as, minutes(temperature.id, '2026-06-05T00:00:00Z', 10))
    assert.equal(answer.stored, 10)
  },
)

test(
  'whichever step of sealing its connection dies in, each reading is there once, as a row or in a segment',
  native,
  async () => {
    server.clock.nowMs = Date.parse('2026-08-20T12:00:00Z')
    const { temperature, co2 } = await createSmallBuilding(server)
    const ids = [temperature.id, co2.id]
    for (let day = 1; day <= 9; day++)
      for (const id of ids) await send(server.as, minutes(id, `2026-08-0${day}T00:00:00Z`, 300))
    const before = await count('reading_all')
    // Counted across transactions, as sequences are: rows taken, segments written, and the commit of them.
    await sql`create sequence step`.execute(db)
    await sql`create table deadly (step int8)`.execute(db)
    await sql`
    create function die_here() returns trigger language plpgsql as $$
    begin
      if nextval('step') = (select max(step) from deadly) then perform pg_terminate_backend(pg_backend_pid()); end if;
      return null;
    end $$`.execute(db)
    await sql`create trigger taken after delete on reading for each statement execute function die_here()`.execute(db)
    await sql`create trigger written after insert on segment for each row execute function die_here()`.execute(db)
    await sql`create constraint trigger committed after insert on segment deferrable initially deferred
    for each row execute function die_here()`.execute(db)
    try {
      for (let step = 1; step <= 8; step++) {
        await sql`select setval('step', 1, false)`.execute(db)
        await sql`insert into deadly values (${step})`.execute(db)
        await assert.rejects(readings.sealClosedDays(), `nothing died in step ${step}`)
        assert.equal(await count('reading_all'), before)
        const both = await sql`
        select from reading r join segment s on s.sensor_id = r.sensor_id and r.at >= s.from_at and r.at < s.to_at
        where r.sensor_id = any(${ids}::int4[]) limit 1`.execute(db)
        assert.equal(both.rows.length, 0, 'a row and a segment of the same day')
      }
    } finally {
      await sql`drop function die_here cascade`.execute(db)
      await sql`drop table deadly`.execute(db)
      await sql`drop sequence step`.execute(db)
    }
    await readings.sealClosedDays()
    assert.deepEqual([await count('reading_all'), await count('reading')], [before, 0])
  },
)

test('a deleted sensor leaves nothing, sealed or not', async () => {
  const { temperature, key } = await createSmallBuilding(server)
  await send(server.as, minutes(temperature.id, '2026-06-05T00:00:00Z', 10))
  await readings.sealClosedDays()
  await send(server.as, minutes(temperature.id, '2026-06-05T01:00:00Z', 10))
  const confirm = encodeURIComponent(`${key}/temperature`)
  const answer = await server.as('DELETE', `/api/sensors/${temperature.id}?confirm=${confirm}`)
  assert.equal(answer.statusCode, 204, answer.body)
  for (const relation of ['reading', 'segment', 'reading_all']) {
    const left = await sql`select from ${sql.table(relation)} where sensor_id = ${temperature.id}`.execute(db)
    assert.equal(left.rows.length, 0, relation)
  }
})

test('the database knows the same counters as the contract', async () => {
  const { rows } = await sql<{ type: string }>`
    select type from unnest(${sensorTypes}::text[]) type where is_counter(type)`.execute(db)
  assert.deepEqual(
    rows.map(({ type }) => type).sort(),
    sensorTypes.filter((type) => sensorKinds[type].behaviour === 'counter').sort(),
  )
})

test('where days of two time zones meet, every instant has one place', () => {
  const segment = (fromMs: number, toMs: number) => ({ from_ms: fromMs, to_ms: toMs, day: 'x' }) as SegmentRow
  const day = { sensorId: 1, day: 'y', fromMs: 100, toMs: 200, counter: false }
  const spans = (...segments: SegmentRow[]) => placesOf(day, segments).map(({ of }) => [of.fromMs, of.toMs, of.day])
  assert.deepEqual(spans(), [[100, 200, 'y']])
  assert.deepEqual(spans(segment(100, 200)), [[100, 200, 'x']])
  assert.deepEqual(spans(segment(0, 110), segment(110, 210)), [
    [0, 110, 'x'],
    [110, 210, 'x'],
  ])
  assert.deepEqual(spans(segment(0, 110), segment(150, 160)), [
    [0, 110, 'x'],
    [110, 150, 'y'],
    [150, 160, 'x'],
    [160, 200, 'y'],
  ])
})
