import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import test from 'node:test'
import { gzipSync } from 'node:zlib'
import { ingestLimits } from '@plenum/contract'
import { createSmallBuilding, ingestPath, startTestServer } from '#test'

const server = await startTestServer()
const { temperature, asGateway } = await createSmallBuilding(server)
const json = { 'content-type': 'application/json' }

const reading = (value = 20) => ({
  sensor_id: temperature.id,
  timestamp: new Date(server.clock.nowMs).toISOString(),
  value,
})
const rowCount = async (): Promise<number> =>
  (await server.services.database.db.selectFrom('reading').select('at').execute()).length

const post = (payload: unknown, headers: Record<string, string> = json) =>
  asGateway('POST', ingestPath, payload, headers)

/** Status and code of a refusal; null as code where it was none. */
async function answerTo(payload: unknown, headers?: Record<string, string>): Promise<[number, string | null]> {
  const answer = await post(payload, headers)
  const { code = null } = answer.json<{ code?: string }>()
  return [answer.statusCode, code]
}

/** A body of exactly so many bytes that is right but for its length. */
const bodyOf = (bytes: number): Buffer => {
  const body = Buffer.alloc(bytes, ' ')
  body.write(JSON.stringify(reading()))
  return body
}

test('a body of the limit is taken, one byte more is refused, announced or not, plain or gzip (B5)', async () => {
  const { jsonBytes } = ingestLimits
  assert.deepEqual(await answerTo(bodyOf(jsonBytes)), [200, null])
  assert.deepEqual(await answerTo(Readable.from([bodyOf(jsonBytes)])), [200, null])
  assert.deepEqual(await answerTo(gzipSync(bodyOf(jsonBytes)), { ...json, 'content-encoding': 'gzip' }), [200, null])
  const refused = [413, 'body_too_large']
  assert.deepEqual(await answerTo(bodyOf(jsonBytes + 1)), refused)
  assert.deepEqual(await answerTo(Readable.from([bodyOf(jsonBytes), Buffer.from(' ')])), refused)
  assert.deepEqual(await answerTo(gzipSync(bodyOf(jsonBytes + 1)), { ...json, 'content-encoding': 'gzip' }), refused)
})

test('a gzip bomb costs no memory, neither as JSON nor as a line (B5)', async () => {
  const member = gzipSync(Buffer.alloc(16 * 1024 * 1024, ' '))
  // 4 GiB of spaces in 4 MB.
  const bomb = Buffer.concat(
    Array.from({ length: Math.min(256, Math.floor(ingestLimits.jsonBytes / member.length)) }, () => member),
  )
  await post(gzipSync(JSON.stringify(reading())), { ...json, 'content-encoding': 'gzip' })
  const before = process.resourceUsage().maxRSS
  assert.deepEqual(await answerTo(bomb, { ...json, 'content-encoding': 'gzip' }), [413, 'body_too_large'])
  const lines = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' }
  assert.deepEqual(await answerTo(bomb, lines), [413, 'line_too_long'])
  const grownMb = (process.resourceUsage().maxRSS - before) / 1024
  assert.ok(grownMb <= 50, `${grownMb} MB`)
})

test('10,000 readings are taken, one more is refused as a whole (B5)', async () => {
  const readings = Array.from({ length: 10_001 }, () => reading())
  const before = await rowCount()
  assert.deepEqual(await answerTo({ readings }), [413, 'too_many_readings'])
  assert.equal(await rowCount(), before)
  const answer = await post({ readings: readings.slice(1) })
  assert.deepEqual([answer.statusCode, answer.json<{ duplicates: number }>().duplicates >= 9_999], [200, true])
})

test('JSON may be 32 deep, not 33 and not 10,000 (B6)', async () => {
  const nested = (depth: number) => `{"readings":[],"x":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
  assert.deepEqual(await answerTo(nested(32)), [200, null])
  assert.deepEqual(await answerTo(nested(33)), [400, 'json_too_deep'])
  assert.deepEqual(await answerTo(nested(10_000)), [400, 'json_too_deep'])
  assert.deepEqual(await answerTo('['.repeat(1_000_000)), [400, 'json_too_deep'])
  assert.deepEqual(await answerTo('{"readings":['.repeat(16)), [400, 'body_not_json'])
})

test('keys that mean something to JavaScript, and 100,000 of any, mean nothing here (B6)', async () => {
  const { sensor_id, timestamp } = reading()
  const inherited = `{"sensor_id":${sensor_id},"timestamp":"${timestamp}"}`
  for (const key of ['__proto__', 'constructor', 'prototype', 'toString']) {
    assert.deepEqual(await answerTo(`{"${key}":{"readings":[]}}`), [400, 'readings_missing'], key)
    const answer = await post(`{"readings":[{"${key}":{"value":1},${inherited.slice(1)}]}`)
    assert.equal(answer.json<{ errors: { code: string }[] }>().errors[0]?.code, 'reading_value_missing', key)
    assert.equal((await answerTo(`{"readings":[{"${key}":{"a":1},"value":20,${inherited.slice(1)}]}`))[0], 200, key)
  }
  assert.equal(({} as { value?: unknown }).value, undefined)
  const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, i]))
  assert.deepEqual(await answerTo({ readings: [{ ...many, ...reading() }], ...many }), [200, null])
})

test('what is no body of readings is refused with a reason', async () => {
  const refused: [payload: string | Buffer, code: string][] = [
    ['', 'body_not_json'],
    ['{', 'body_not_json'],
    ['[]', 'readings_missing'],
    ['null', 'readings_missing'],
    ['17', 'readings_missing'],
    ['"readings"', 'readings_missing'],
    ['{}', 'readings_missing'],
    ['{"readings":null}', 'readings_missing'],
    ['{"readings":{"length":1}}', 'readings_missing'],
    [Buffer.from([0xff, 0xfe, 0x7b, 0x00]), 'body_not_json'],
    [gzipSync('{}'), 'body_not_json'],
  ]
  for (const [payload, code] of refused) assert.deepEqual(await answerTo(payload), [400, code], String(payload))
})

test('the content type may have a charset and any case; without one, or with another, it is 415', async () => {
  const body = JSON.stringify(reading())
  for (const type of ['application/json; charset=utf-8', 'Application/JSON', 'application/json;charset="UTF-8"']) {
    assert.deepEqual(await answerTo(body, { 'content-type': type }), [200, null], type)
  }
  const lines = { 'content-type': 'Application/X-NDJSON; charset=utf-8' }
  assert.deepEqual(await answerTo(body, lines), [200, null])
  for (const type of ['text/plain', 'application/jsonp', 'application/x-www-form-urlencoded', 'nonsense', '']) {
    assert.deepEqual(await answerTo(body, { 'content-type': type }), [415, 'media_type_unsupported'], type)
  }
  assert.deepEqual(await answerTo(body, {}), [415, 'media_type_unsupported'])
  assert.deepEqual(await answerTo(undefined, {}), [400, 'readings_missing'])
})

test('gzip is taken under each of its names, other codings are 415, and what is no gzip is 400', async () => {
  const packed = gzipSync(JSON.stringify(reading()))
  for (const coding of ['gzip', 'GZIP', 'x-gzip', ' gzip ']) {
    assert.deepEqual(await answerTo(packed, { ...json, 'content-encoding': coding }), [200, null], coding)
  }
  assert.deepEqual(await answerTo(JSON.stringify(reading()), { ...json, 'content-encoding': 'identity' }), [200, null])
  for (const coding of ['br', 'deflate', 'gzip, gzip', 'nonsense']) {
    assert.deepEqual(
      await answerTo(packed, { ...json, 'content-encoding': coding }),
      [415, 'encoding_unsupported'],
      coding,
    )
  }
  for (const broken of [packed.subarray(0, -5), packed.subarray(3), Buffer.from('{}')]) {
    assert.deepEqual(await answerTo(broken, { ...json, 'content-encoding': 'gzip' }), [400, 'body_not_gzip'])
  }
})

test('after all of that no byte is held any more', async () => {
  assert.match(await server.services.metrics.text(), /^plenum_ingest_bytes_held 0$/m)
})
