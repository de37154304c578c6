import assert from 'node:assert/strict'
import test from 'node:test'
import { gzipSync } from 'node:zlib'
import { type IngestAnswer, ingestLimits } from '@plenum/contract'
import fc from 'fast-check'
import { createSmallBuilding, ingestPath, startTestServer } from '#test'
import { type Lines, readNdjson } from './ndjson.ts'
import { notJson } from './rejection.ts'

const server = await startTestServer()
const { temperature, asGateway } = await createSmallBuilding(server)
const ndjson = { 'content-type': 'application/x-ndjson' }

let nextMs = server.clock.nowMs - 86_400_000
const line = (fields: object = {}): string =>
  JSON.stringify({ sensor_id: temperature.id, timestamp: new Date(nextMs++).toISOString(), value: 20, ...fields })
const post = (body: string | Buffer, headers = {}) => asGateway('POST', ingestPath, body, { ...ndjson, ...headers })
const rowCount = async (): Promise<number> =>
  (await server.services.database.db.selectFrom('reading').select('at').execute()).length

async function* asStream(pieces: Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces
}

async function chunksOf(pieces: Buffer[]): Promise<Lines[]> {
  const chunks: Lines[] = []
  for await (const chunk of readNdjson(asStream(pieces))) chunks.push(chunk)
  return chunks
}

test('however a body is cut into pieces, its lines and their numbers are those of the whole text', async () => {
  const text = fc.array(fc.constantFrom('{"a":1}', '12', 'null', '"é🌡"', 'no', '', ' ', '\r', '\n', '\r\n', '\n\n'), {
    maxLength: 40,
  })
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), async (parts, sizes) => {
      const body = Buffer.from(parts.join(''))
      const pieces: Buffer[] = []
      for (let from = 0, i = 0; from < body.length; i++) {
        const size = sizes[i % sizes.length] as number
        pieces.push(body.subarray(from, from + size))
        from += size
      }
      const expected = body
        .toString()
        .split('\n')
        .map((each, number) => ({ text: each.replace(/\r$/, ''), number }))
        .filter((each) => each.text !== '')
      const chunks = await chunksOf(pieces)
      assert.deepEqual(
        chunks.flatMap(({ lines }) => lines),
        expected.map(({ number }) => number),
      )
      assert.deepEqual(
        chunks.flatMap(({ values }) => values),
        expected.map((each) => parsed(each.text)),
      )
    }),
    { numRuns: 500 },
  )
})

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return notJson
  }
}

test('each bad line is named by its number, empty ones counted, whatever ends the lines', async () => {
  for (const [end, last] of [
    ['\n', ''],
    ['\n', '\n'],
    ['\r\n', ''],
    ['\r\n', '\r\n\r\n'],
  ] as const) {
    const lines = [
      line(),
      '',
      line({ value: null }),
      '',
      '',
      'nonsense',
      '[]',
      line(),
      line({ sensor_id: 2_000_000_000 }),
    ]
    const answer = await post(lines.join(end) + last)
    const { errors, ...counts } = answer.json<IngestAnswer>()
    assert.deepEqual(counts, { stored: 2, duplicates: 0, rejected: 4 })
    assert.deepEqual(
      errors.map(({ index, code }) => [index, code]),
      [
        [2, 'reading_value_missing'],
        [5, 'reading_not_json'],
        [6, 'reading_invalid'],
        [8, 'reading_sensor_unknown'],
      ],
    )
  }
  const deep = `{"sensor_id":${temperature.id},"x":${'['.repeat(10_000 / 2)}`
  const refused = await post(deep)
  assert.deepEqual([refused.statusCode, refused.json<IngestAnswer>().errors[0]?.code], [422, 'reading_invalid'])
  assert.deepEqual((await post('\n\r\n\n')).json(), { stored: 0, duplicates: 0, rejected: 0, errors: [] })
})

test('numbers of bad lines are right beyond the first chunk that is committed', async () => {
  const lines = Array.from({ length: 12_000 }, (_, i) => (i % 5_999 === 5_998 ? 'bad' : line()))
  lines.splice(4_000, 0, '', '')
  const { errors, ...counts } = (await post(lines.join('\n'))).json<IngestAnswer>()
  assert.deepEqual(counts, { stored: 11_998, duplicates: 0, rejected: 2 })
  assert.deepEqual(
    errors.map(({ index }) => index),
    [6_000, 11_999],
  )
})

test('of 12,000 errors 10,000 are told and all are counted', async () => {
  const { errors, rejected } = (await post('bad\n'.repeat(12_000))).json<IngestAnswer>()
  assert.deepEqual([rejected, errors.length, errors.at(-1)?.index], [12_000, 10_000, 9_999])
})

test('a line of the limit is taken, a longer one ends the request with its number; what came before is stored', async () => {
  const padded = (bytes: number) => line().replace('{', `{${' '.repeat(bytes - line().length)}`)
  const { lineBytes } = ingestLimits
  assert.equal((await post(`${padded(lineBytes)}\n`)).json<IngestAnswer>().stored, 1)
  for (const end of ['', '\n']) {
    const before = await rowCount()
    const whole = Array.from({ length: 5_000 }, () => line())
    const answer = await post(`${whole.join('\n')}\n${line()}\n${padded(lineBytes + 1)}${end}`)
    const { code, detail } = answer.json<{ code: string; detail: string }>()
    assert.deepEqual([answer.statusCode, code], [413, 'line_too_long'])
    assert.match(detail, /^Line 5001,/)
    assert.equal(await rowCount(), before + 5_000)
  }
})

test('lines are committed together up to a megabyte, so that long ones are not all held at once', async () => {
  const long = Buffer.from(`${JSON.stringify({ pad: 'x'.repeat(15_000) })}\n`)
  const chunks = await chunksOf(Array.from({ length: 1_000 }, () => long))
  assert.equal(chunks.flatMap(({ values }) => values).length, 1_000)
  assert.ok(Math.max(...chunks.map(({ values }) => values.length)) <= 80)
})

test('NDJSON may be gzip; broken gzip is 400, and what was committed before it broke stays', async () => {
  const gzip = { 'content-encoding': 'gzip' }
  const lines = Array.from({ length: 20_000 }, () => line({ pad: Math.random() }))
  const packed = gzipSync(lines.join('\n'))
  const before = await rowCount()
  const broken = await post(packed.subarray(0, packed.length * 0.8), gzip)
  assert.deepEqual([broken.statusCode, broken.json<{ code: string }>().code], [400, 'body_not_gzip'])
  const kept = (await rowCount()) - before
  assert.ok(kept >= 5_000 && kept < 20_000 && kept % 5_000 === 0, `${kept} kept`)
  const { stored, duplicates } = (await post(packed, gzip)).json<IngestAnswer>()
  assert.deepEqual([stored, duplicates], [20_000 - kept, kept])
  assert.equal((await post('{}', gzip)).statusCode, 400)
})
