import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Figure } from './benchmark.ts'
import { checksumOf, copyChunks, jsonBatches } from './minute-readings.ts'
import { median, percentile, spread } from './statistics.ts'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))

const bench = (...args: string[]) =>
  new Promise<{ code: unknown; out: string; said: string }>((resolve) => {
    execFile(process.execPath, [main, ...args], { timeout: 120_000 }, (error, out, said) =>
      resolve({ code: error ? error.code : 0, out, said }),
    )
  })

test('the median is the middle value, or the mean of the two in the middle', () => {
  assert.equal(median([7]), 7)
  assert.equal(median([30, 4, 100]), 30)
  assert.equal(median([10, 9, 1, 2]), 5.5)
  assert.throws(() => median([]))
})

test('a percentile is a measured value that so many do not exceed', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i)
  assert.equal(percentile(hundred, 0.5), 50)
  assert.equal(percentile(hundred, 0.99), 99)
  assert.equal(percentile(hundred, 1), 100)
  assert.equal(percentile(hundred, 0), 1)
  assert.equal(percentile([3, 1], 0.99), 3)
  assert.equal(percentile([5], 0.5), 5)
})

test('a spread leaves its values as they were', () => {
  const values = [3, 1, 2]
  assert.deepEqual(spread(values), { median: 2, min: 1, max: 3 })
  assert.deepEqual(values, [3, 1, 2])
})

test('both arms get the same readings', () => {
  const readings = { sensorIds: [11, 12, 13], dayFromMs: Date.UTC(2026, 10, 22), minutes: 5 }
  const batches = jsonBatches(readings, 4).map((body) => JSON.parse(body.toString()).readings)
  assert.deepEqual(
    batches.map(({ length }) => length),
    [4, 4, 4, 3],
  )
  const sent: { sensor_id: number; timestamp: string; value: number }[] = batches.flat()
  assert.deepEqual(sent[4], { sensor_id: 12, timestamp: '2026-11-22T01:01:00Z', value: 42 })

  const copied = Buffer.concat(copyChunks(readings)).subarray(19, -2)
  const rows = sent.map((_, i) => {
    const row = copied.subarray(i * 40)
    const atMs = Number(row.readBigInt64BE(20) / 1_000n) + Date.UTC(2000, 0, 1)
    const timestamp = new Date(atMs).toISOString().replace('.000Z', 'Z')
    return { sensor_id: row.readInt32BE(6), timestamp, value: row.readDoubleBE(32) }
  })
  assert.equal(copied.length, 15 * 40)
  assert.deepEqual(rows, sent)

  const add = (numbers: number[]): number => numbers.reduce((sum, one) => sum + one, 0)
  assert.deepEqual(checksumOf(readings), {
    count: 15,
    sensor_ids: 5 * (11 + 12 + 13),
    tenths: add(sent.map(({ value }) => Math.round(value * 10))),
    seconds: add(sent.map(({ timestamp }) => Date.parse(timestamp) / 1_000)),
    suspect: 0,
  })
})

test('the ingest benchmark stores what it sends and prints a figure a line', { timeout: 120_000 }, async () => {
  const { code, out, said } = await bench('ingest', '--size', 'tiny', '--json')
  assert.equal(code, 0, said)
  const figures = out
    .trim()
    .split('\n')
    .map((line): Figure => JSON.parse(line))
  const rates = figures.filter(({ unit }) => unit === 'readings/s')
  assert.deepEqual([...new Set(figures.map((figure) => figure.bench))], ['ingest'])
  assert.ok(rates.every(({ value, min, max }) => value > 0 && min <= value && value <= max))
  const compared = rates.filter(({ ratio }) => ratio !== null)
  assert.deepEqual(
    compared.map(({ figure }) => figure),
    [
      ...['1,000', '100'].flatMap((batch) => [2, 4, 8].map((clients) => `${batch} a request, ${clients} clients`)),
      '1,000 a request, 8 clients, all sent again',
    ],
  )
  assert.ok(compared.every(({ baseline }) => baseline === rates[0]?.value))
  assert.ok(figures.every(({ goal, met }) => (goal === null) === (met === null)))
  assert.deepEqual(
    figures.filter(({ goal }) => goal !== null).map(({ figure, goal }) => [figure, goal]),
    [
      ['1,000 a request, 8 clients', 0.6],
      ['100 a request, 8 clients', 0.35],
      ['1,000 a request, at half of the most: p99', 100],
    ],
  )
})

test('an unknown benchmark or size is answered with those there are', async () => {
  for (const args of [['ingets'], ['--size', 'huge'], ['--colour']]) {
    const { code, out, said } = await bench(...args)
    assert.deepEqual({ code, out }, { code: 2, out: '' })
    assert.match(said, args[0] === 'ingets' ? /"ingets"[^]*\n {2}ingest / : /size|--colour/)
  }
})
