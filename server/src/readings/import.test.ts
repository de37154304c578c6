import assert from 'node:assert/strict'
import test from 'node:test'
import { gzipSync } from 'node:zlib'
import { type IngestAnswer, ingestLimits, type NewApiKey } from '@plenum/contract'
import { sql } from 'kysely'
import { create, caller, createSmallBuilding, send, startTestServer } from '#test'
import {
  bodyOf,
  counts,
  dayMs,
  fromMs,
  load,
  looksAt,
  minuteMs,
  minutes,
  path,
  post,
  type Line,
  ndjson,
} from './import-scene.ts'

const server = await startTestServer()
const { db } = server.services.database
const { readings } = server.services
const { countIn, held } = looksAt(server)

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
