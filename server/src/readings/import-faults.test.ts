import assert from 'node:assert/strict'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import test from 'node:test'
import { sql } from 'kysely'
import { connectDirectly } from '#platform'
import { createSmallBuilding, eventually, send, startTestServer } from '#test'
import { bodyOf, counts, dayMs, fromMs, load, looksAt, minuteMs, minutes, path, post, ndjson } from './import-scene.ts'

const server = await startTestServer()
const { db } = server.services.database
const { readings } = server.services
const { countIn, held } = looksAt(server)

const waitingForLocks = async (): Promise<number> =>
  (
    await sql<{ n: number }>`select count(*) as n from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
  ).rows[0]?.n as number

test('a later line replaces what an earlier one of the same body said, however long that takes to be written', async () => {
  const { temperature, co2, asGateway } = await createSmallBuilding(server)
  const days = Array.from({ length: 70 }, (_, day) => fromMs - day * dayMs)
  const lines = [0, 1, 2].map((time) => days.map((start) => minutes(temperature.id, start, 100, () => time)))
  const blocker = await connectDirectly(server.databaseUrl, 'blocker')
  // The last of the 64 days that are written first: of those that come next it is none.
  await blocker.query(`select pg_advisory_lock($1, date '2026-11-18' - 63 - date '1990-01-01')`, [temperature.id])
  const loading = load(asGateway, lines.flat())
  await eventually(waitingForLocks, (n) => n === 1)
  // The other lane is free: were the days' second values not held back, they would be written by now.
  await load(asGateway, [minutes(co2.id, fromMs, 10)])
  await blocker.end()
  assert.deepEqual(counts(await loading), [3 * 7_000, 0, 0])
  const { rows } = await sql<{ value: number; n: number }>`
    select value, count(*) as n from reading_all where sensor_id = ${temperature.id} group by 1`.execute(db)
  assert.deepEqual(rows, [{ value: 2, n: 7_000 }])
})

test('two loads of one day that nobody has written yet wait for each other', async () => {
  const { temperature, asGateway } = await createSmallBuilding(server)
  const blocker = await connectDirectly(server.databaseUrl, 'blocker')
  // Reading goes on, writing does not.
  await blocker.query('begin; lock table segment in share row exclusive mode')
  const loads = [0, 500].map((from) => load(asGateway, [minutes(temperature.id, fromMs + from * minuteMs, 700)]))
  await eventually(waitingForLocks, (n) => n === 2)
  await blocker.end()
  const answers = await Promise.all(loads)
  assert.equal(
    answers.reduce((sum, { stored, duplicates }) => sum + stored + duplicates, 0),
    1_400,
  )
  assert.equal(await countIn('reading_all', temperature), 1_200)
})

test('loads of the same days at once, with readings arriving and days being sealed, lose and double nothing', async () => {
  const { temperature, co2, asGateway } = await createSmallBuilding(server)
  const run = (from: number) => [
    minutes(temperature.id, fromMs + from * minuteMs, 3_000, (i) => from + i),
    minutes(co2.id, fromMs + from * minuteMs, 3_000, (i) => from + i),
  ]
  const starts = [0, 500, 1_000, 1_500, 2_000]
  const late = starts.map((from) =>
    send(
      asGateway,
      Array.from({ length: 500 }, (_, i) => ({
        sensor_id: temperature.id,
        timestamp: new Date(fromMs + (from + i) * minuteMs).toISOString(),
        value: from + i,
      })),
    ),
  )
  const answers = await Promise.all([
    ...starts.map((from) => load(asGateway, run(from))),
    ...late,
    readings.sealClosedDays().then(() => null),
    readings.sealClosedDays().then(() => null),
  ])
  for (const sensor of [temperature, co2]) {
    const { rows } = await sql<{ n: number; d: number; wrong: number }>`
      select count(*) as n, count(distinct at) as d,
             count(*) filter (where value <> extract(epoch from at - ${new Date(fromMs)}) / 60) as wrong
      from reading_all where sensor_id = ${sensor.id}`.execute(db)
    assert.deepEqual(rows[0], { n: 5_000, d: 5_000, wrong: 0 })
  }
  // Readings that come one by one may find their day just being sealed, and count once more; never less.
  const stored = answers.reduce((sum, answer) => sum + (answer?.stored ?? 0), 0)
  assert.ok(stored >= 10_000, String(stored))
})

test('when too much waits to be stored a load is refused with 503, and live readings are still taken', async () => {
  const { temperature, asGateway } = await createSmallBuilding(server)
  await load(asGateway, [minutes(temperature.id, fromMs, 1)])
  const blocker = await connectDirectly(server.databaseUrl, 'blocker')
  const waiting: ReturnType<typeof asGateway>[] = []
  try {
    await blocker.query('begin; lock table segment in exclusive mode')
    for (let i = 0; i < 6; i++) waiting.push(post(asGateway, [minutes(temperature.id, fromMs - i * dayMs, 2)]))
    await eventually(held, (bytes) => bytes === 6 * 3 * 1024 * 1024)
    const refused = await post(asGateway, [minutes(temperature.id, fromMs, 1)])
    assert.deepEqual([refused.statusCode, refused.json<{ code: string }>().code], [503, 'overloaded'])
    assert.match(String(refused.headers['retry-after']), /^[1-9]\d*$/)
    await send(asGateway, [
      { sensor_id: temperature.id, timestamp: new Date(server.clock.nowMs).toISOString(), value: 20 },
    ])
  } finally {
    await blocker.end()
  }
  for (const answer of await Promise.all(waiting)) assert.equal(answer.statusCode, 200, answer.body)
  assert.equal(await held(), 0)
})

test('a backend that dies in the middle is a 503; sent again, everything is there once', async () => {
  const { temperature, co2, asGateway } = await createSmallBuilding(server)
  const lines = Array.from({ length: 200 }, (_, day) => [
    minutes(temperature.id, fromMs - day * dayMs, 1440),
    minutes(co2.id, fromMs - day * dayMs, 1440, (i) => 500 + i),
  ]).flat()
  const loading = post(asGateway, lines)
  await eventually(
    () => countIn('segment', temperature),
    (days) => days > 0,
  )
  const blocker = await connectDirectly(server.databaseUrl, 'killer')
  await sql`select 1`.execute(db)
  await blocker.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`)
  await blocker.end()
  const broken = await loading
  assert.deepEqual([broken.statusCode, broken.json<{ code: string }>().code], [503, 'database_unavailable'])
  // For a moment the pool may hand out one of the connections that were ended.
  const kept = await eventually(
    async () => (await countIn('reading_all', temperature)) + (await countIn('reading_all', co2)),
    Number.isInteger,
  )
  assert.ok(kept > 0 && kept < 400 * 1440, String(kept))
  const again = await load(asGateway, lines)
  assert.deepEqual(counts(again), [400 * 1440 - kept, kept, 0])
})

test('a sender that goes away in the middle leaves whole days, gives its memory back, and may send again', async () => {
  const { temperature, co2, apiKey, asGateway } = await createSmallBuilding(server)
  if (!server.app.server.listening) await server.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.app.server.address() as AddressInfo
  const lines = Array.from({ length: 200 }, (_, day) => bodyOf([minutes(temperature.id, fromMs - day * dayMs, 1440)]))
  const cutOff = request({ port, method: 'POST', path, headers: { ...ndjson, authorization: `Bearer ${apiKey}` } })
  cutOff.on('error', () => {})
  const closed = new Promise((resolve) => cutOff.on('close', resolve))
  cutOff.write(`${lines.join('\n')}\n`)
  await eventually(
    () => countIn('segment', temperature),
    (days) => days >= 64,
  )
  cutOff.write(bodyOf([minutes(co2.id, fromMs, 1440)]).slice(0, 1_000))
  cutOff.destroy()
  await closed
  await eventually(held, (bytes) => bytes === 0)
  const kept = await countIn('reading_all', temperature)
  assert.deepEqual([kept % 1440, await countIn('reading_all', co2)], [0, 0])
  assert.deepEqual(counts(await load(asGateway, lines)), [200 * 1440 - kept, kept, 0])
})
