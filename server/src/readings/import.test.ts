import assert from 'node:assert/strict'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import test from 'node:test'
import { gzipSync } from 'node:zlib'
import { type IngestAnswer, ingestLimits, type NewApiKey } from '@plenum/contract'
import { sql } from 'kysely'
import { connectDirectly } from '#platform'
import { type Caller, caller, create, createSmallBuilding, eventually, send, startTestServer } from '#test'

const server = await startTestServer()
const { db } = server.services.database
const { readings } = server.services
const path = '/api/import/readings'
const ndjson = { 'content-type': 'application/x-ndjson' }
const [minuteMs, dayMs] = [60_000, 86_400_000]
/** Midnight in Tokyo, five days before the server's clock. */
const fromMs = Date.parse('2026-11-18T00:00:00+09:00')

type Line = object | string
const bodyOf = (lines: readonly Line[]): string =>
  lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
const post = (as: Caller, lines: readonly Line[]) => as('POST', path, bodyOf(lines), ndjson)
async function load(as: Caller, lines: readonly Line[]): Promise<IngestAnswer> {
  const answer = await post(as, lines)
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json<IngestAnswer>()
}
const counts = ({ stored, duplicates, rejected }: IngestAnswer) => [stored, duplicates, rejected]

const minutes = (sensor_id: number, start: number, length: number, value = (i: number) => 20 + (i % 50) / 10) => ({
  sensor_id,
  start,
  step_ms: minuteMs,
  values: Array.from({ length }, (_, i) => value(i)),
})
const countIn = async (relation: string, sensor: { id: number }): Promise<number> =>
  (
    await sql<{ n: number }>`select count(*) as n from ${sql.table(relation)} where sensor_id = ${sensor.id}`.execute(
      db,
    )
  ).rows[0]?.n as number
const held = async (): Promise<number> =>
  Number(/^plenum_ingest_bytes_held (\d+)$/m.exec(await server.services.metrics.text())?.[1])

test('closed days go straight into segments, readings of open days into rows, in one request', async () => {
  const { temperature, co2, asGateway, key } = await createSmallBuilding(server)
  const open = {
    sensor_key: `${key}/co2`,
    timestamps: [server.clock.nowMs - 2, server.clock.nowMs - 1],
    values: [1, 2],
  }
  const answer = await load(asGateway, [minutes(temperature.id, fromMs, 3 * 1440), open])
  assert.deepEqual(answer, { stored: 3 * 1440 + 2, duplicates: 0, rejected: 0, errors: [] })
  assert.deepEqual([await countIn('segment', temperature), await countIn('reading', temperature)], [3, 0])
  assert.deepEqual([await countIn('segment', co2), await countIn('reading', co2)], [0, 2])
  assert.equal(await countIn('reading_all', temperature), 3 * 1440)
})

test('the same again is duplicates, another value replaces, whatever form the day has', async () => {
  const { temperature, asGateway } = await createSmallBuilding(server)
  const run = minutes(temperature.id, fromMs, 2 * 1440)
  // Half of it comes the ordinary way first, and of that half is sealed.
  const sent = run.values.slice(0, 720).map((value, i) => ({
    sensor_id: temperature.id,
    timestamp: new Date(fromMs + i * minuteMs).toISOString(),
    value,
  }))
  await send(asGateway, sent.slice(0, 360))
  await readings.sealClosedDays()
  await send(asGateway, sent.slice(360))
  assert.deepEqual(counts(await load(asGateway, [run])), [2 * 1440 - 720, 720, 0])
  const rows = () =>
    sql<{ late_at: unknown }>`select * from segment where sensor_id = ${temperature.id} order by from_at`.execute(db)
  const before = (await rows()).rows
  assert.deepEqual(counts(await load(asGateway, [run])), [0, 2 * 1440, 0])
  assert.deepEqual((await rows()).rows, before)
  assert.deepEqual(counts(await load(asGateway, [minutes(temperature.id, fromMs, 10, () => 9), run])), [
    20,
    2 * 1440 - 10,
    0,
  ])
  // But what was replaced did not come late.
  const exceptLate = (all: { late_at: unknown }[]) => all.map((row) => ({ ...row, late_at: null }))
  assert.deepEqual(exceptLate((await rows()).rows), exceptLate(before))
  assert.equal(await countIn('reading', temperature), 0)
})

test('bad readings are named by line and position and the rest is stored; a bad line is named as a whole', async () => {
  const { temperature, asGateway, key } = await createSmallBuilding(server)
  const [theirs] = [await createSmallBuilding(server)]
  const at = (i: number) => fromMs + i * minuteMs
  const { nowMs } = server.clock
  const lines: Line[] = [
    `{"sensor_id":${temperature.id},"timestamps":[${at(0)},${at(1)},${at(2)},${at(3)},${at(4)}],"values":[1,1e999,"2",null,5]}`,
    {
      sensor_id: temperature.id,
      timestamps: [at(5), 1.5, 0, nowMs + 11 * minuteMs, '9', null, nowMs + 9 * minuteMs],
      values: [1, 1, 1, 1, 1, 1, 1],
    },
    '',
    `{"sensor_id":${temperature.id},"timestamps":[${at(6)}],"values":[NaN]}`,
    { sensor_id: theirs.temperature.id, timestamps: [at(0), at(1)], values: [1, 2] },
    { sensor_key: `${theirs.key}/co2`, start: at(0), step_ms: 1, values: [1, 2, 3] },
    { sensor_key: '__proto__', start: at(0), step_ms: 1, values: [1] },
    { sensor_key: `${key}/temperature`, timestamps: [at(7)], values: [1, 2] },
    `{"__proto__":{"sensor_id":${temperature.id}},"timestamps":[${at(8)}],"values":[1]}`,
    '['.repeat(100_000),
    `{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":1`).join()}}`,
    // 300 degrees.
    { sensor_id: temperature.id, timestamps: [at(9)], values: [300] },
  ]
  const answer = await load(asGateway, lines)
  assert.deepEqual(counts(answer), [5, 0, 3 + 5 + 1 + 2 + 3 + 1 + 1 + 1 + 1 + 1])
  assert.deepEqual(
    answer.errors.map(({ index, position, code }) => [index, position, code]),
    [
      [0, 1, 'reading_value_not_finite'],
      [0, 2, 'reading_value_not_finite'],
      [0, 3, 'reading_value_missing'],
      [1, 1, 'reading_timestamp_not_ms'],
      [1, 2, 'reading_timestamp_too_old'],
      [1, 3, 'reading_timestamp_in_future'],
      [1, 4, 'reading_timestamp_not_ms'],
      [1, 5, 'reading_timestamp_missing'],
      [3, undefined, 'reading_not_json'],
      [4, undefined, 'reading_sensor_unknown'],
      [5, undefined, 'reading_sensor_unknown'],
      [6, undefined, 'reading_sensor_unknown'],
      [7, undefined, 'run_lengths_differ'],
      [8, undefined, 'reading_sensor_missing'],
      [9, undefined, 'run_invalid'],
      [10, undefined, 'run_invalid'],
    ],
  )
  const { rows } = await sql<{ value: number; quality: number }>`
    select value, quality & 1 as quality from reading_all where sensor_id = ${temperature.id} order by at`.execute(db)
  assert.deepEqual(
    rows,
    [1, 5, 1, 300, 1].map((value) => ({ value, quality: value === 300 ? 1 : 0 })),
  )

  const refused = await post(asGateway, [lines[3] as Line])
  assert.deepEqual([refused.statusCode, refused.json<IngestAnswer>().rejected], [422, 1])
  assert.deepEqual(counts(await load(asGateway, [])), [0, 0, 0])
})

test('a line of the limit is taken; over it the request ends with its number, and what came before may be stored', async () => {
  const { temperature, asGateway } = await createSmallBuilding(server)
  const line = JSON.stringify(minutes(temperature.id, fromMs, 10))
  assert.equal((await load(asGateway, [line.padEnd(ingestLimits.runBytes)])).stored, 10)
  const answer = await post(asGateway, [line, '', line.padEnd(ingestLimits.runBytes + 1)])
  assert.deepEqual([answer.statusCode, answer.json<{ code: string }>().code], [413, 'line_too_long'])
  assert.match(answer.json<{ detail: string }>().detail, /^Line 2,/)
  assert.equal(await held(), 0)
})

test('gzip is welcome, broken gzip and other media types are refused', async () => {
  const { temperature, asGateway } = await createSmallBuilding(server)
  const packed = gzipSync(bodyOf([minutes(temperature.id, fromMs, 1440)]))
  const gzip = { ...ndjson, 'content-encoding': 'gzip' }
  assert.equal((await asGateway('POST', path, packed, gzip)).json<IngestAnswer>().stored, 1440)
  assert.equal((await asGateway('POST', path, packed.subarray(0, packed.length - 9), gzip)).statusCode, 400)
  assert.equal((await asGateway('POST', path, packed, { ...gzip, 'content-encoding': 'br' })).statusCode, 415)
  assert.equal((await asGateway('POST', path, '{}', { 'content-type': 'application/json' })).statusCode, 415)
  assert.equal((await asGateway('POST', path)).statusCode, 400)
  assert.equal(await held(), 0)
})

test('dashboards show at once what is newest now, and hear nothing of a load of the past', async () => {
  const { temperature, floor, asGateway } = await createSmallBuilding(server)
  const dashboard = async (etag = '') => {
    const headers = { 'if-none-match': etag }
    const answer = await server.as('GET', `/api/dashboard/floor/${floor.id}`, undefined, headers)
    return { status: answer.statusCode, etag: String(answer.headers['etag']), cache: answer.headers['x-cache'] }
  }
  await dashboard()
  await load(asGateway, [minutes(temperature.id, fromMs + dayMs, 100)])
  const first = await dashboard()
  assert.deepEqual([first.status, first.cache], [200, 'miss'])
  await load(asGateway, [minutes(temperature.id, fromMs, 1440)])
  assert.equal((await dashboard(first.etag)).cache, 'hit')
  await load(asGateway, [minutes(temperature.id, fromMs + dayMs, 101)])
  assert.equal((await dashboard(first.etag)).cache, 'miss')
})

test('of a day whose readings retention has dropped nothing is taken, and it is said', async () => {
  const { temperature, asGateway } = await createSmallBuilding(server)
  await load(asGateway, [minutes(temperature.id, fromMs, 1440)])
  await sql`update segment set step_ms = null, unit_ms = null, times_int2 = null, times_int4 = null, values_int2 = null,
    values_int4 = null, values_float8 = null where sensor_id = ${temperature.id}`.execute(db)
  const answer = await load(asGateway, [minutes(temperature.id, fromMs + 600 * minuteMs, 1440)])
  assert.deepEqual(counts(answer), [600, 0, 840])
  assert.deepEqual(
    answer.errors.map(({ index, position, code }) => [index, position, code]),
    [[0, 0, 'reading_expired']],
  )
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

test('the quota is looked at at the door, and readings of closed days count a tenth', async () => {
  const { temperature, gateway } = await createSmallBuilding(server)
  const { key } = await create<NewApiKey>(server.as, `/api/gateways/${gateway.id}/keys`, { readings_per_minute: 200 })
  const asThrifty = caller(server.app, { authorization: `Bearer ${key}` })
  assert.equal((await load(asThrifty, [minutes(temperature.id, fromMs, 1440)])).stored, 1440)
  assert.equal((await load(asThrifty, [minutes(temperature.id, fromMs + dayMs, 1440)])).stored, 1440)
  const refused = await post(asThrifty, [minutes(temperature.id, fromMs, 1)])
  assert.deepEqual([refused.statusCode, refused.json<{ code: string }>().code], [429, 'quota_exceeded'])
  assert.match(String(refused.headers['retry-after']), /^[1-9]\d*$/)
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
  const kept = (await countIn('reading_all', temperature)) + (await countIn('reading_all', co2))
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
