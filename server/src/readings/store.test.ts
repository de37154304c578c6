import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { connectDirectly, type Database, openDatabase } from '#platform'
import { createSmallBuilding, eventually, ingestPath, quietLog, send, startTestServer, storage } from '#test'
import { arraysOf } from './binary-array.ts'
import { createStore } from './store.ts'

const server = await startTestServer()
const { database } = server.services
const { db } = database
const dayMs = 86_400_000
const native = { skip: storage === 'native' ? false : 'how the native engine does it' }

/** A second instance of the program on the same database. */
async function withAnotherInstance(use: (another: Database) => Promise<void>): Promise<void> {
  const another = openDatabase({
    url: server.databaseUrl,
    name: 'another',
    log: quietLog,
    max: 4,
    keep: 0,
    statementTimeoutMs: 30_000,
  })
  try {
    await use(another)
  } finally {
    await another.close()
  }
}

const partitionNames = async (): Promise<string[]> =>
  (
    await sql<{ name: string }>`select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = 'reading'::regclass`.execute(db)
  ).rows.map(({ name }) => name)

const readings = (sensor: { id: number }, timesMs: number[], value = 20) =>
  timesMs.map((ms) => ({ sensor_id: sensor.id, timestamp: new Date(ms).toISOString(), value }))

test('every finite double, whole number and instant goes over the wire bit for bit', async () => {
  const doubles = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(5e-324, -5e-324, 1.7976931348623157e308, 0.1 + 0.2, 2 ** 53 + 2, -0),
  )
  const instants = fc.integer({ min: Date.UTC(1990, 0), max: server.clock.nowMs + 600_000 })
  const rows = fc.array(
    fc.tuple(
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
      doubles,
      instants,
    ),
    { minLength: 1, maxLength: 200 },
  )
  await fc.assert(
    fc.asyncProperty(rows, async (sent) => {
      const batchOf = (some: typeof sent) => ({
        sensorIds: some.map(([a]) => a),
        atMs: some.map(([, , , t]) => t),
        values: some.map(([, , v]) => v),
        qualities: some.map(([, b]) => b),
      })
      const half = sent.length >> 1
      const [ids, times, values, qualities] = arraysOf([batchOf(sent.slice(0, half)), batchOf(sent.slice(half))])
      // Every bit as text: the client's own parsing takes no part in the comparison.
      const { rows: back } = await sql<{ a: string; b: string; bits: string; ms: string }>`
        select a::text, b::text, encode(float8send(v), 'hex') as bits, (extract(epoch from t) * 1000)::numeric(20, 3)::text as ms
        from unnest(${ids}::int4[], ${qualities}::int2[], ${values}::float8[], ${times}::timestamptz[])
          with ordinality as given(a, b, v, t, i) order by i`.execute(db)
      const bySensor = sent.toSorted(([a], [b]) => a - b)
      const expected = bySensor.map(([a, b, v, t]) => {
        const bits = Buffer.alloc(8)
        bits.writeDoubleBE(v)
        return { a: String(a), b: String(b), bits: bits.toString('hex'), ms: `${t}.000` }
      })
      assert.deepEqual(back, expected)
    }),
    { numRuns: 100 },
  )
})

test('a finite double that is sent is the double that is stored, and a time is kept to the millisecond', async () => {
  const { temperature, asGateway } = await createSmallBuilding(server)
  const doubles = fc.double({ noNaN: true, noDefaultInfinity: true })
  const instants = fc.integer({ min: server.clock.nowMs - 30 * dayMs, max: server.clock.nowMs + 600_000 })
  const rows = fc.uniqueArray(fc.tuple(instants, doubles), { selector: ([ms]) => ms, minLength: 1, maxLength: 300 })
  await fc.assert(
    fc.asyncProperty(rows, async (sent) => {
      await send(
        asGateway,
        sent.map(([ms, value]) => ({ ...readings(temperature, [ms])[0], value })),
      )
      const stored = await db
        .selectFrom('reading')
        .select(['at', 'value'])
        .where('sensor_id', '=', temperature.id)
        .where(
          'at',
          'in',
          sent.map(([ms]) => new Date(ms)),
        )
        .execute()
      const found = new Map(stored.map(({ at, value }) => [at.getTime(), value]))
      for (const [ms, value] of sent) assert.ok(Object.is(found.get(ms), value + 0), `${value} became ${found.get(ms)}`)
    }),
    { numRuns: 20 },
  )
})

test('readings of 1990 and of today are stored in one batch, each in a partition of its own', native, async () => {
  const { temperature, asGateway } = await createSmallBuilding(server)
  const times = [Date.UTC(1990, 0), Date.UTC(1990, 0, 31, 23, 59, 59, 999), Date.UTC(2004, 1, 29), server.clock.nowMs]
  assert.equal((await send(asGateway, readings(temperature, times))).stored, 4)
  const names = await partitionNames()
  for (const name of ['reading_199001', 'reading_200402', 'reading_20261123']) assert.ok(names.includes(name), name)
})

test('two instances that need the same partitions at once make each of them once', async () => {
  const { temperature } = await createSmallBuilding(server)
  await withAnotherInstance(async (another) => {
    const stores = [database, another, database, another].map((one) => createStore(one, { storage }))
    const days = Array.from({ length: 8 }, (_, i) => server.clock.nowMs - (20 + i) * dayMs)
    const answers = await Promise.all(
      stores.map((store, i) =>
        store.add(
          {
            sensorIds: days.map(() => temperature.id),
            // Each begins with another day, so that they would lock each other if they could.
            atMs: days.map((_, day) => (days[(day + 2 * i) % days.length] as number) + i),
            values: days.map(() => 20),
            qualities: days.map(() => 0),
          },
          server.clock.nowMs,
        ),
      ),
    )
    assert.deepEqual(
      answers,
      stores.map(() => ({ stored: days.length, duplicates: 0, isNew: false })),
    )
  })
  const names = await partitionNames()
  assert.equal(names.length, new Set(names).size)
})

test('a partition that was dropped behind its back is made again', native, async () => {
  const { temperature, asGateway } = await createSmallBuilding(server)
  const ms = server.clock.nowMs - 10 * dayMs
  await send(asGateway, readings(temperature, [ms]))
  await sql`drop table reading_20261113`.execute(db)
  assert.deepEqual((await send(asGateway, readings(temperature, [ms, server.clock.nowMs]))).stored, 2)
  assert.ok((await partitionNames()).includes('reading_20261113'))
})

test('a statement that is cancelled because it took too long is 503 with Retry-After, and can be sent again', async () => {
  const { temperature, asGateway } = await createSmallBuilding(server)
  const batch = readings(temperature, [server.clock.nowMs, server.clock.nowMs - 1])
  await send(asGateway, batch)
  const blocker = await connectDirectly(server.databaseUrl, 'blocker')
  try {
    await blocker.query('begin; lock table reading in access exclusive mode')
    const answering = asGateway('POST', ingestPath, { readings: batch.map((reading) => ({ ...reading, value: 21 })) })
    // On another connection: within its transaction the blocker would always see the same activity.
    const cancel = async () =>
      (
        await sql`select pg_cancel_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'
          and query ~ 'insert into reading' and datname = current_database()`.execute(db)
      ).rows.length
    await eventually(cancel, (cancelled) => cancelled === 1)
    const answer = await answering
    assert.equal(answer.statusCode, 503, answer.body)
    assert.match(String(answer.headers['retry-after']), /^[1-9]\d*$/)
  } finally {
    await blocker.end()
  }
  assert.equal((await send(asGateway, batch)).duplicates, 2, 'what was cancelled was not stored')
})
