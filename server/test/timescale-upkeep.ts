import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import { connectDirectly, migrate } from '#platform'
import { createSmallBuilding, quietLog, send, startTestServer } from './harness.ts'

/** How the TimescaleDB engine keeps its figures right. Run by timescale.test.ts. */

const only = {
  skip: process.env['PLENUM_TEST_STORAGE'] === 'timescale' ? false : 'only on TimescaleDB, see timescale.test.ts',
}

const server = await startTestServer()
const { db } = server.services.database
const { readings } = server.services
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const midnightMs = Date.parse('2026-06-01T15:00Z')

const minutes = (sensorId: number, fromMs: number, length: number, value = 20) =>
  Array.from({ length }, (_, i) => ({
    sensor_id: sensorId,
    timestamp: new Date(fromMs + i * 60_000).toISOString(),
    value,
  }))
const total = async (relation: string, column: string) =>
  (
    await sql<{ n: number }>`
      select coalesce(sum(${sql.ref(column)}), 0)::int8 as n from ${sql.table(relation)}`.execute(db)
  ).rows[0]?.n as number
const count = async (relation: string) =>
  (await sql<{ n: number }>`select count(*) as n from ${sql.table(relation)}`.execute(db)).rows[0]?.n as number
/** All that is told of hours and days counts every reading once. */
async function assertEveryReadingCounts(): Promise<void> {
  const rows = await count('reading_all')
  for (const relation of ['rollup_15m', 'rollup_1h', 'rollup_1d'])
    assert.equal((await total(relation, 'count')) + (await total(relation, 'suspect')), rows, relation)
}

test(
  'a late reading is counted at once, from rows, and after the next upkeep from what is materialised',
  only,
  async () => {
    server.clock.nowMs = midnightMs + 3 * dayMs
    const { temperature } = await createSmallBuilding(server)
    await send(server.as, minutes(temperature.id, midnightMs, 2 * 1440))
    await readings.sealClosedDays()
    assert.deepEqual([await count('stale_day'), await total('reading_15m', 'count')], [0, 2 * 1440])
    await send(server.as, minutes(temperature.id, midnightMs + 30_000, 10, 25))
    assert.equal(await count('stale_day'), 1)
    assert.equal(await total('reading_15m', 'count'), 2 * 1440, 'the continuous aggregate itself does not know')
    await assertEveryReadingCounts()
    await readings.sealClosedDays()
    assert.deepEqual([await count('stale_day'), await total('reading_15m', 'count')], [0, 2 * 1440 + 10])
    await assertEveryReadingCounts()
  },
)

test('what is being written while days are materialised is counted when it is there', only, async () => {
  const { co2 } = await createSmallBuilding(server)
  await send(server.as, minutes(co2.id, midnightMs + 2 * dayMs, 1000, 500))
  server.clock.nowMs += 3 * dayMs
  const writer = await connectDirectly(server.databaseUrl, 'writer')
  try {
    const at = new Date(midnightMs + 2.5 * dayMs + 1).toISOString()
    await writer.query('begin')
    await writer.query('insert into reading (sensor_id, at, value) values ($1, $2, 600)', [co2.id, at])
    await readings.sealClosedDays()
    await writer.query('commit')
  } finally {
    await writer.end()
  }
  await assertEveryReadingCounts()
  await readings.sealClosedDays()
  await assertEveryReadingCounts()
})

test('whatever arrives during upkeep, by whoever it is done, every reading counts once', only, async () => {
  server.clock.nowMs = midnightMs + 9 * dayMs
  const { temperature, co2 } = await createSmallBuilding(server)
  const late = Array.from({ length: 24 }, (_, i) =>
    send(
      server.as,
      minutes(i % 2 === 0 ? co2.id : temperature.id, midnightMs + (i % 5) * dayMs + i * 7_919_000, 90, 30),
    ),
  )
  const upkeep = Array.from({ length: 3 }, () => readings.sealClosedDays())
  await Promise.all([...late, ...upkeep])
  await assertEveryReadingCounts()
  await readings.sealClosedDays()
  assert.equal(await count('stale_day'), 0)
  await assertEveryReadingCounts()
})

test('upkeep that is cut off goes on where it ended', only, async () => {
  const { temperature } = await createSmallBuilding(server)
  for (let day = 0; day < 30; day += 3)
    await send(server.as, minutes(temperature.id, midnightMs - (40 - day) * dayMs, 50))
  server.clock.nowMs += 20 * dayMs
  for (let ms = 5; (await count('stale_day')) > 0 && ms < 2_000; ms += 15) {
    await readings.sealClosedDays(ms)
    await assertEveryReadingCounts()
  }
  assert.equal(await count('stale_day'), 0)
})

test('chunks that retention has emptied go', only, async () => {
  const chunks = async () => (await sql`select show_chunks('reading')`.execute(db)).rows.length
  const [before, days] = [await chunks(), await count('rollup_1d')]
  server.clock.nowMs = Date.parse('2028-01-01T00:00Z')
  await readings.retention.dropExpired()
  assert.ok(before > 0)
  assert.deepEqual([await chunks(), await count('reading'), await count('rollup_15m')], [0, 0, 0])
  assert.equal(await count('rollup_1d'), days)
})

test(
  'calendar days of every time zone begin at a quarter hour since readings are taken, and hold their quarter hours',
  only,
  async () => {
    const { rows } = await sql`
    select distinct name from pg_timezone_names,
      generate_series(timestamp '1990-01-01', '2037-12-31', '9 days') day
    where name !~ '^posix/' and extract(epoch from local_midnight(day::date, name))::int8 % 900 <> 0`.execute(db)
    assert.deepEqual(rows, [])
    const { rows: turns } = await sql`
    select distinct name from unnest(array['America/St_Johns', 'Africa/Cairo', 'Pacific/Apia', 'America/Sao_Paulo']) name,
      generate_series(timestamptz '2010-10-01Z', '2012-01-01Z', '15 minutes') at
    where local_day_start(at, name) <> local_midnight(local_day(at, name), name)`.execute(db)
    assert.deepEqual(turns, [])
  },
)

test('views that a common migration has made otherwise are made anew', only, async () => {
  const definition = async () =>
    (await sql`select pg_get_viewdef('rollup_1d'::regclass) as text`.execute(db)).rows[0] as { text: string }
  const before = await definition()
  assert.match(before.text, /local_quarter/)
  await sql`create or replace view rollup_1d as
    select sensor_id, from_at as at, day, count, suspect, min, max, sum, sum as avg, first, last, increase from segment`.execute(
    db,
  )
  await sql`update plenum_migration set checksum = 'of before' where name = 'timescale/views.sql'`.execute(db)
  assert.deepEqual(await migrate(server.databaseUrl, quietLog, 'timescale'), [])
  assert.deepEqual(await definition(), before)
})
