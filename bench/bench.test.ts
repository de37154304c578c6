import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Figure } from './benchmark.ts'
import { tabulate } from './figures.ts'
import { checksumOf, copyChunks, jsonBatches } from './minute-readings.ts'
import { collectRows } from './reading-rows.ts'
import { runLines } from './run-lines.ts'
import { median, percentile, ratioOf, spread } from './statistics.ts'

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

test('a ratio is that of the medians, its range that within a round', () => {
  assert.deepEqual(ratioOf([2, 30, 4], [1, 10, 8]), { median: 0.5, min: 0.5, max: 3 })
})

test('lines are judged by value or by ratio', () => {
  const line = { value: spread([5]), unit: 'ms', digits: 0 }
  const goal = { of: 'value', is: 'at most', bound: 5 } as const
  const against = { baseline: 10, ratio: spread([0.5]) }
  const { figures, table } = tabulate(
    'x',
    [
      { ...line, name: 'a', goal },
      { ...line, name: 'b', goal: { ...goal, is: 'at least', bound: 6 } },
      { ...line, name: 'c', against, goal: { of: 'ratio', is: 'at most', bound: 0.4 } },
    ],
    'ratio',
  )
  assert.deepEqual(
    figures.map(({ met }) => met),
    [true, false, false],
  )
  assert.deepEqual(
    figures.map(({ ratio }) => ratio),
    [null, null, 0.5],
  )
  assert.deepEqual(table.map((row) => row.at(-1)).slice(1), ['≤ 5 met', '≥ 6 MISSED', '≤ 0.4 MISSED'])
})

test('a bulk body has a line for each day of a sensor', () => {
  const { add, rows } = collectRows(1)
  const hours = [1, 23, 25, 49]
  for (const hour of hours) for (const id of [7, 9]) add(id, hour * 3_600_000, hour + id / 10, false)
  const lines = runLines(rows(), 0)
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { sensor_id: number; timestamps: number[]; values: number[] })
  assert.deepEqual(
    lines.map(({ sensor_id, timestamps }) => [sensor_id, timestamps.map((ms) => ms / 3_600_000)]),
    [7, 9].flatMap((id) => [
      [id, [1, 23]],
      [id, [25]],
      [id, [49]],
    ]),
  )
  assert.deepEqual(
    lines.flatMap(({ values }) => values),
    [7, 9].flatMap((id) => hours.map((hour) => hour + id / 10)),
  )
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
      ...['1,000', '100'].flatMap((batch) => [4, 8, 16].map((clients) => `${batch} a request, ${clients} clients`)),
      '1,000 a request, 16 clients, all sent again',
    ],
  )
  assert.ok(compared.every(({ baseline }) => baseline === rates[0]?.value))
  assert.ok(figures.every(({ goal, met }) => (goal === null) === (met === null)))
  assert.deepEqual(
    figures.filter(({ goal }) => goal !== null).map(({ figure, goal }) => [figure, goal]),
    [
      ['1,000 a request, 16 clients', 0.6],
      ['100 a request, 16 clients', 0.35],
      ['1,000 a request, at half of the most: p99', 100],
    ],
  )
})

/** What a run prints, by figure. */
async function figuresOf(name: string): Promise<Map<string, Figure>> {
  const { code, out, said } = await bench(name, '--size', 'tiny', '--json')
  assert.equal(code, 0, said)
  const figures = out
    .trim()
    .split('\n')
    .map((line): Figure => JSON.parse(line))
  for (const { bench: by, value, min, max, unit, ratio, baseline, goal, met } of figures) {
    assert.equal(by, name)
    // Nobody may have asked anything, or been refused.
    const least = unit === 'statements/s' || unit === 'errors' || unit === '% of a core' ? 0 : Number.MIN_VALUE
    assert.ok(min <= value && value <= max && value >= least)
    assert.equal(ratio === null, baseline === null)
    assert.equal(goal === null, met === null)
  }
  return new Map(figures.map((figure) => [figure.figure, figure]))
}

const goalsIn = (figures: Map<string, Figure>) =>
  [...figures.values()].filter(({ goal }) => goal !== null).map(({ figure, goal }) => [figure, goal])

test('the sign-in benchmark asks for accounts that are there and others, and is refused each time', async () => {
  const figures = await figuresOf('sign-in')
  assert.deepEqual([...figures.keys()], ['account that is there', 'account that is not'])
})

test('the seal benchmark seals what it copies, also while readings come in', { timeout: 120_000 }, async () => {
  const figures = await figuresOf('seal')
  assert.deepEqual(goalsIn(figures), [
    ['sealing', 500_000],
    ['ingest p99, while sealing', 250],
  ])
  assert.equal(figures.get('sealing')?.baseline, figures.get('COPY into reading')?.value)
})

test('the storage benchmark weighs the same readings in every stage', { timeout: 120_000 }, async () => {
  const figures = await figuresOf('storage')
  const bytes = (stage: string): number => figures.get(`simulated building: ${stage}`)?.value as number
  assert.ok(bytes('sealed') < bytes('rows') / 10)
  assert.ok(bytes('figures only, space in use') < bytes('sealed'))
  const parts = bytes('sealed: heap') + bytes('sealed: TOAST') + bytes('sealed: index')
  assert.ok(Math.abs(parts - bytes('sealed, after VACUUM')) < 0.01)
  assert.deepEqual(
    goalsIn(figures).filter(([figure]) => String(figure).startsWith('simulated')),
    [
      ['simulated building: sealed', 1.5],
      ['simulated building: sealed, after VACUUM', 1.5],
    ],
  )
})

test('the bulk benchmark finds both buildings equal', { timeout: 120_000 }, async () => {
  const figures = await figuresOf('bulk')
  assert.deepEqual(goalsIn(figures), [['bulk import', 1_000_000]])
  assert.equal(figures.get('bulk import')?.baseline, figures.get('ingest')?.value)
})

test('the history benchmark finds the answers of segments and of rows equal', { timeout: 120_000 }, async () => {
  const goals = goalsIn(await figuresOf('history'))
  assert.deepEqual(goals, [
    ['95 days of the floor', 50],
    ['95 days of the floor: times as fast', 200],
    ["chart of a sensor's 95 days", 0.12],
    ['a day of the floor raw', 1_000_000],
    ['fresh dashboard, 3 days stored', 1.2],
    ['fresh dashboard, 95 days stored', 1.2],
    ['a day raw, 3 days stored', 1.2],
    ['a day raw, 95 days stored', 1.2],
  ])
})

test('the dashboard benchmark finds both designs say the same, and answers everybody', {
  timeout: 120_000,
}, async () => {
  const figures = await figuresOf('dashboard')
  assert.deepEqual(goalsIn(figures), [
    ['dashboard', 0.65],
    ['dashboard, 304', 1.1],
    ['4 users, beside that', 1],
    ['4 users while sensors report, beside that', 1],
    ['4 users while sensors report: p99', 50],
    ['4 users while sensors report: errors', 0],
    ['8 users while sensors report: p99', 50],
    ['8 users while sensors report: errors', 0],
    ['4 users: times as fast as the first design', 100],
    ['first dashboard after a start, 120 sensors', 100],
  ])
  for (const users of ['4 users while sensors report', '8 users while sensors report', '4 users of the first design'])
    assert.equal(figures.get(`${users}: errors`)?.value, 0)
  assert.ok((figures.get('4 users of the first design')?.value ?? 0) > 31)
  assert.equal(figures.get('dashboard')?.baseline, figures.get('bare route')?.value)
})

test('an unknown benchmark or size is answered with those there are', async () => {
  for (const args of [['ingets'], ['--size', 'huge'], ['--colour']]) {
    const { code, out, said } = await bench(...args)
    assert.deepEqual({ code, out }, { code: 2, out: '' })
    assert.match(said, args[0] === 'ingets' ? /"ingets"[^]*\n {2}ingest / : /size|--colour/)
  }
})

test('the benchmark of live streams hears every update, and nobody who refreshes is refused', async () => {
  const { code, out, said } = await bench('live', '--size', 'tiny', '--json')
  assert.equal(code, 0, said)
  const figures = out
    .trim()
    .split('\n')
    .map((line): Figure => JSON.parse(line))
  assert.deepEqual(
    figures.filter(({ goal }) => goal !== null).map(({ figure, goal }) => [figure, goal]),
    [
      ['delay of an update, p95', 2_000],
      ['12 streams, 12 refresh every 10 s: p99', 50],
      ['the same: errors', 0],
    ],
  )
  assert.equal(figures.find(({ figure }) => figure === 'the same: errors')?.value, 0)
  assert.equal(figures.filter(({ ratio }) => ratio !== null).length, 1)
})
