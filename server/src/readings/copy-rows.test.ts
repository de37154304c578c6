import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { openDatabase, sqlState } from '#platform'
import { createSmallBuilding, eventually, quietLog, startTestServer, storage } from '#test'
import type { Batch } from './batch.ts'
import { copyRowsOf } from './copy-rows.ts'
import { copyIn } from './reading-statements.ts'
import { createStore } from './store.ts'

const server = await startTestServer()
const { database } = server.services
const { db } = database
const minuteMs = 60_000
const settings = { url: server.databaseUrl, name: 'copying', log: quietLog, keep: 0, statementTimeoutMs: 30_000 }

test('every finite double, whole number and instant is copied bit for bit', async () => {
  await sql`create table copied (sensor_id int4, quality int2, at timestamptz, value float8)`.execute(db)
  const doubles = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(5e-324, -5e-324, 1.7976931348623157e308, 0.1 + 0.2, 2 ** 53 + 2, -0),
  )
  const instants = fc.integer({ min: Date.UTC(1990, 0), max: server.clock.nowMs + 600_000 })
  const ids = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
  const qualities = fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 })
  const rows = fc.uniqueArray(fc.tuple(ids, qualities, instants, doubles), {
    selector: ([id]) => id,
    minLength: 1,
    maxLength: 200,
  })
  await fc.assert(
    fc.asyncProperty(rows, fc.nat(200), async (sent, cut) => {
      const batchOf = (some: typeof sent): Batch => ({
        sensorIds: some.map(([id]) => id),
        qualities: some.map(([, quality]) => quality),
        atMs: some.map(([, , at]) => at),
        values: some.map(([, , , value]) => value),
      })
      await sql`truncate copied`.execute(db)
      const bytes = copyRowsOf([batchOf(sent.slice(0, cut)), batchOf(sent.slice(cut))])
      assert.equal(await database.copy(copyIn.replace('copy reading', 'copy copied'), bytes), sent.length)
      // Every bit as text: the client's own parsing takes no part in the comparison.
      const { rows: back } = await sql`
        select sensor_id, quality, encode(float8send(value), 'hex') as bits, (extract(epoch from at) * 1000)::numeric(20, 3)::text as ms
        from copied order by ctid`.execute(db)
      const expected = sent
        .toSorted(([a], [b]) => a - b)
        .map(([sensor_id, quality, at, value]) => {
          const bits = Buffer.alloc(8)
          bits.writeDoubleBE(value)
          return { sensor_id, quality, bits: bits.toString('hex'), ms: `${at}.000` }
        })
      assert.deepEqual(back, expected)
    }),
    { numRuns: 50 },
  )
})

/** A minute apart, up to now. */
const batchOf = (sensorId: number, count: number, value = 20): Batch => ({
  sensorIds: Array.from({ length: count }, () => sensorId),
  atMs: Array.from({ length: count }, (_, i) => server.clock.nowMs - (count - i) * minuteMs),
  values: Array.from({ length: count }, () => value),
  qualities: Array.from({ length: count }, () => 0),
})
const countStored = async (sensorId: number, value: number) =>
  (await sql`select from reading where sensor_id = ${sensorId} and value = ${value}`.execute(db)).rows.length

test('a copy that meets readings of another instance stores the rest and replaces what differs', async () => {
  const { temperature } = await createSmallBuilding(server)
  const [one, other] = [createStore(database, { storage }), createStore(database, { storage })]
  const early = batchOf(temperature.id, 3_000, 19)
  const some = (batch: Batch, count: number): Batch =>
    Object.fromEntries(Object.entries(batch).map(([name, column]) => [name, column.slice(0, count)])) as never
  assert.deepEqual(await other.add(some(early, 10), server.clock.nowMs), { stored: 10, duplicates: 0, isNew: true })
  const later = { ...batchOf(temperature.id, 3_000), values: early.values.map((value, i) => (i < 4 ? value : 20)) }
  assert.deepEqual(await one.add(later, server.clock.nowMs), { stored: 2_996, duplicates: 4, isNew: false })
  assert.equal(await countStored(temperature.id, 20), 2_996)
})

test('a copy whose backend is ended stores nothing, is told so, and its connection is not used again', async () => {
  const { temperature } = await createSmallBuilding(server)
  const own = openDatabase({ ...settings, max: 1 })
  try {
    const blocked = db.transaction().execute(async (tx) => {
      await sql`lock table reading in access exclusive mode`.execute(tx)
      const copying = own.copy(copyIn, copyRowsOf([batchOf(temperature.id, 3_000)]))
      const ended = assert.rejects(copying, (error) => sqlState(error) === '57P01')
      const end = async () =>
        (
          await sql`select pg_terminate_backend(pid) from pg_stat_activity
            where application_name = ${settings.name} and wait_event_type = 'Lock'`.execute(db)
        ).rows.length
      await eventually(end, (count) => count === 1)
      await ended
    })
    await blocked
    assert.equal(await countStored(temperature.id, 20), 0)
    assert.equal(await own.copy(copyIn, copyRowsOf([batchOf(temperature.id, 3_000)])), 3_000)
  } finally {
    await own.close()
  }
})

test('a copy that PostgreSQL refuses leaves its connection as good as before', async () => {
  const own = openDatabase({ ...settings, max: 1 })
  try {
    const rows = copyRowsOf([batchOf(900_001, 100)])
    await assert.rejects(own.copy('copy nothing_of_that_name from stdin (format binary)', rows), /nothing_of_that_name/)
    await assert.rejects(own.copy(copyIn, rows.subarray(0, 75)), (error) => sqlState(error) === '22P04')
    assert.equal((await sql<{ one: number }>`select 1 as one`.execute(own.db)).rows[0]?.one, 1)
  } finally {
    await own.close()
  }
})
