import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import test from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { asUnavailable, connectDirectly } from '#platform'
import { createSmallBuilding, eventually, ingestPath, startTestServer, storage } from '#test'
import type { Batch } from './batch.ts'
import { createStore, type Stored } from './store.ts'

const server = await startTestServer()
const { database } = server.services
const { db } = database
const { nowMs } = server.clock

/** One of few sensors and few instants, so that readings meet. */
type Reading = [sensor: 0 | 1 | 2, slot: number, value: number]
type Table = Map<string, number>

let sensorsFrom = 1_000_000
/** Sensors that no test before has written. */
const newSensors = (): number => (sensorsFrom += 10)

const batchOf = (sensorIdFrom: number, readings: readonly Reading[]): Batch => ({
  sensorIds: readings.map(([sensor]) => sensorIdFrom + sensor),
  atMs: readings.map(([, slot]) => nowMs - 100_000 + slot),
  values: readings.map(([, , value]) => value),
  qualities: readings.map(() => 0),
})

/** One reading after the other, into a Map. */
function take(table: Table, { sensorIds, atMs, values }: Batch): Stored {
  const counts = { stored: 0, duplicates: 0 }
  sensorIds.forEach((sensorId, i) => {
    const identity = `${sensorId}/${atMs[i]}`
    if (table.get(identity) === values[i]) counts.duplicates++
    else counts.stored++
    table.set(identity, values[i] as number)
  })
  return counts
}

async function tableOf(sensorIdFrom: number): Promise<Table> {
  const rows = await db
    .selectFrom('reading')
    .select(['sensor_id', 'at', 'value'])
    .where('sensor_id', '>=', sensorIdFrom)
    .where('sensor_id', '<', sensorIdFrom + 10)
    .execute()
  return new Map(rows.map(({ sensor_id, at, value }) => [`${sensor_id}/${at.getTime()}`, value]))
}

const inOrder = (table: Table): string => JSON.stringify([...table].sort())

/** Whether some order of the batches, one after the other, gives these answers and this table. */
function explained(before: Table, left: { batch: Batch; counts: Stored }[], after: string): boolean {
  if (left.length === 0) return inOrder(before) === after
  return left.some((one) => {
    const table = new Map(before)
    const { stored, duplicates } = take(table, one.batch)
    if (stored !== one.counts.stored || duplicates !== one.counts.duplicates) return false
    const others = left.filter((other) => other !== one)
    return explained(table, others, after)
  })
}

const reading = fc.tuple(fc.constantFrom<0 | 1 | 2>(0, 1, 2), fc.nat(12), fc.constantFrom(1, 2))
const inTime = fc.uniqueArray(reading, { selector: ([sensor, slot]) => `${sensor}/${slot}`, maxLength: 6 })
const concurrent = fc.array(
  fc.oneof(
    fc.array(reading, { maxLength: 6 }),
    inTime.map((readings) => readings.toSorted((a, b) => a[1] - b[1])),
  ),
  { minLength: 2, maxLength: 5 },
)

for (const instances of [1, 2]) {
  test(`batches at once, on ${instances} instance(s): some order of them explains every count and the table`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(concurrent, { minLength: 1, maxLength: 4 }), async (rounds) => {
        const sensors = newSensors()
        const stores = Array.from({ length: instances }, () => createStore(database, { storage }))
        let before: Table = new Map()
        for (const round of rounds) {
          const answers = await Promise.all(
            round.map(async (readings, i) => {
              const batch = batchOf(sensors, readings)
              return { batch, counts: await (stores[i % instances] as (typeof stores)[0]).add(batch, nowMs) }
            }),
          )
          const after = await tableOf(sensors)
          assert.ok(explained(before, answers, inOrder(after)), JSON.stringify({ round, answers }))
          before = after
        }
      }),
      { numRuns: 80 },
    )
  })
}

test('statements without a name do the same', async () => {
  const store = createStore(database, { storage, statements: 'unnamed' })
  const batch = batchOf(newSensors(), [[0, 1, 5]])
  const answers = [await store.add(batch, nowMs), await store.add(batch, nowMs)]
  assert.deepEqual(
    answers.map(({ stored }) => stored),
    [1, 0],
  )
})

/** While the table is locked, writers wait; `waiting` are their backends. */
async function withTableLocked(use: (waiting: () => Promise<number[]>) => Promise<void>): Promise<void> {
  const blocker = await connectDirectly(server.databaseUrl, 'blocker')
  try {
    await blocker.query('begin; lock table reading in exclusive mode')
    await use(async () =>
      (
        await sql<{ pid: number }>`select pid from pg_stat_activity where wait_event_type = 'Lock'
            and datname = current_database() order by query_start`.execute(db)
      ).rows.map(({ pid }) => pid),
    )
  } finally {
    await blocker.end()
  }
}

const settled = (outcomes: readonly PromiseSettledResult<Stored>[]) =>
  outcomes.map((one) => (one.status === 'fulfilled' ? one.value.stored : null))

test('a batch that cannot be stored, and one that is there already, do no harm to those that go with them', async () => {
  const sensors = newSensors()
  const store = createStore(database, { storage })
  const known = batchOf(sensors, [[2, 1, 7]])
  await store.add(known, nowMs)
  // Another instance, which does not know what the first has written.
  const another = createStore(database, { storage })
  const outcomes: Promise<PromiseSettledResult<Stored>[]>[] = []
  await withTableLocked(async (waiting) => {
    const first = [0, 1].map((slot) => batchOf(sensors, [[0, slot, 1]]))
    for (const [i, batch] of first.entries()) {
      outcomes.push(Promise.allSettled([another.add(batch, nowMs)]))
      await eventually(waiting, ({ length }) => length === i + 1)
    }
    const group = [
      batchOf(sensors, [[0, 5, 1]]),
      batchOf(sensors, [[1, 5, Number.NaN]]),
      known,
      batchOf(sensors, [[0, 6, 1]]),
    ]
    outcomes.push(Promise.allSettled(group.map((batch) => another.add(batch, nowMs))))
  })
  assert.deepEqual((await Promise.all(outcomes)).map(settled), [[1], [1], [1, null, 0, 1]])
  assert.equal((await tableOf(sensors)).size, 5)
})

test('a commit that breaks fails those that share it with 503, and what is acknowledged is stored', async () => {
  const sensors = newSensors()
  const store = createStore(database, { storage })
  await store.add(batchOf(sensors, [[2, 1, 1]]), nowMs)
  const batches = [0, 1, 2, 3, 4].map((slot) => batchOf(sensors, [[0, slot, slot]]))
  let outcomes: Promise<PromiseSettledResult<Stored>[]> | undefined
  await withTableLocked(async (waiting) => {
    const answers = [store.add(batches[0] as Batch, nowMs)]
    await eventually(waiting, ({ length }) => length === 1)
    // The next two come at once and so share a commit; the others wait for a writer.
    answers.push(...batches.slice(1, 3).map((batch) => store.add(batch, nowMs)))
    await eventually(waiting, ({ length }) => length === 2)
    answers.push(...batches.slice(3).map((batch) => store.add(batch, nowMs)))
    outcomes = Promise.allSettled(answers)
    const [, shared] = await waiting()
    await sql`select pg_terminate_backend(${shared})`.execute(db)
    await eventually(waiting, (pids) => pids.length === 2 && !pids.includes(shared as number))
  })
  const told = (await outcomes) ?? []
  assert.deepEqual(settled(told), [1, null, null, 1, 1])
  for (const one of told) {
    if (one.status === 'rejected') assert.equal((asUnavailable(one.reason) as { status?: number }).status, 503)
  }
  assert.deepEqual([...(await tableOf(sensors)).values()].sort(), [0, 1, 3, 4])
  // Sent again, as the answer asked for.
  assert.deepEqual(await store.add(batches[1] as Batch, nowMs), { stored: 1, duplicates: 0, isNew: false })
})

test('a shutdown in the middle answers what was accepted, and it is stored', async () => {
  const { temperature, apiKey } = await createSmallBuilding(server)
  await server.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.app.server.address() as AddressInfo
  const answers: Promise<Response>[] = []
  let closed: Promise<void> | undefined
  await withTableLocked(async () => {
    for (let i = 0; i < 12; i++) {
      const body = JSON.stringify({
        sensor_id: temperature.id,
        timestamp: new Date(nowMs + i).toISOString(),
        value: 20,
      })
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}`, connection: 'close' }
      answers.push(fetch(`http://127.0.0.1:${port}${ingestPath}`, { method: 'POST', headers, body }))
    }
    const held = async () => /plenum_ingest_bytes_held (\d+)/.exec(await server.services.metrics.text())?.[1]
    await eventually(held, (bytes) => Number(bytes) === 12 * 16 * 1024)
    closed = server.app.close()
  })
  const stored = await Promise.all(answers.map(async (one) => ((await (await one).json()) as Stored).stored))
  await closed
  assert.deepEqual(stored, Array(12).fill(1))
  const rows = await db.selectFrom('reading').select('at').where('sensor_id', '=', temperature.id).execute()
  assert.equal(rows.length, 12)
})
