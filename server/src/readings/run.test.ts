import assert from 'node:assert/strict'
import test from 'node:test'
import { sensorTypes } from '@plenum/contract'
import fc from 'fast-check'
import type { KnownSensor } from '#registry'
import { judge, type SensorLookup } from './batch.ts'
import { judgeRun, parseRun, type SentRun } from './run.ts'

const nowMs = Date.UTC(2026, 10, 23, 10, 15)
const sensorOf = (id: number): KnownSensor => ({
  id,
  key: `key-${id}`,
  buildingId: 1,
  floorId: 1,
  sensorType: sensorTypes[id % sensorTypes.length] ?? 'co2',
  timezone: 'UTC',
})
const lookup: SensorLookup = {
  byId: (id) => (id < 20 ? sensorOf(id) : undefined),
  byKey: (key) => (/^key-1?\d$/.test(key) ? sensorOf(Number(key.slice(4))) : undefined),
}

const runOf = (line: object | string): SentRun => {
  const run = parseRun(Buffer.from(typeof line === 'string' ? line : JSON.stringify(line)))
  if (typeof run === 'string') assert.fail(run)
  return run
}

const sensor = fc.record(
  {
    sensor_id: fc.oneof(fc.integer({ min: 1, max: 21 }), fc.constantFrom(null, 'x', 2 ** 31, 1.5)),
    sensor_key: fc.oneof(
      fc.nat(21).map((id) => `key-${id}`),
      fc.constantFrom(null, 7, 'a\0b', '__proto__'),
    ),
  },
  { requiredKeys: [] },
)
const time = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: nowMs - 1e9, max: nowMs + 1_200_000 }) },
  fc.constantFrom(Date.UTC(1990, 0), Date.UTC(1990, 0) - 1, nowMs + 600_000, nowMs + 600_001, 0, 9e15, null),
)
const value = fc.oneof(
  { weight: 5, arbitrary: fc.double({ noNaN: true, min: -50, max: 2_000 }) },
  fc.constantFrom(null, '12', true, [], {}, 1e308, -0, 5e-324, Number.POSITIVE_INFINITY),
)

test('a run is judged reading by reading as ingest judges the same readings', () => {
  fc.assert(
    fc.property(sensor, fc.array(fc.tuple(time, value), { minLength: 1 }), (named, pairs) => {
      const run = runOf({
        ...named,
        timestamps: pairs.map(([at]) => at),
        // What JSON can't say it reads from 1e999.
        values: pairs.map(([, one]) => one),
      })
      const { values } = run
      const sent = pairs.map(([at], i) => ({
        ...named,
        timestamp: at === null ? null : isDate(at) ? new Date(at).toISOString() : 'beyond',
        value: values[i],
      }))
      const { batch, rejected, suspect } = judge(sent, lookup, nowMs)
      const judged = judgeRun(run, lookup, nowMs)
      assert.equal(judged.suspect, suspect)
      assert.deepEqual([...judged.readings.atMs], batch.atMs)
      assert.deepEqual([...judged.readings.values], batch.values)
      assert.deepEqual(
        Array.from(judged.readings.qualities, (quality) => quality & 1),
        batch.qualities.map((quality) => quality & 1),
      )
      const positions = judged.positions ?? pairs.map((_, i) => i)
      const bad = new Set(rejected.map(({ index }) => index))
      assert.deepEqual(
        batch.atMs.map((_, i) => positions[i]),
        pairs.flatMap((_, i) => (bad.has(i) ? [] : [i])),
      )
      if (judged.sensor === null) {
        assert.deepEqual(
          judged.rejected.map(({ code, readings }) => [code, readings]),
          [[rejected[0]?.code, pairs.length]],
        )
        return
      }
      const told = judged.rejected.map(({ position, code }) => ({ index: position, code }))
      assert.deepEqual(
        told,
        rejected.map((one) => ({ ...one, code: isDate(pairs[one.index]?.[0]) ? one.code : codeOfMs(one.code) })),
      )
    }),
    { numRuns: 2_000 },
  )
})

const isDate = (at: number | null | undefined): at is number => typeof at === 'number' && Math.abs(at) < 8e15
/** A time that no date can have is only too far ahead as a number. */
const codeOfMs = (code: string): string => (code === 'reading_timestamp_invalid' ? 'reading_timestamp_in_future' : code)

test('evenly spaced readings give the first time and the step', () => {
  const [at, stepMs] = [nowMs - 1e7, 60_000]
  const values = [1, 2, 3]
  const even = judgeRun(runOf({ sensor_id: 1, start: at, step_ms: stepMs, values }), lookup, nowMs)
  const timestamps = values.map((_, i) => at + i * stepMs)
  assert.deepEqual(even, judgeRun(runOf({ sensor_id: 1, timestamps, values }), lookup, nowMs))
  assert.equal(even.readings.atMs.length, 3)
})

test('what is no run is named for what it is', () => {
  const lines: [string, string][] = [
    ['{"sensor_id":1,"timestamps":[1],"values":[NaN]}', 'reading_not_json'],
    ['{"sensor_id":1,"timestamps":[1],"values":[1]', 'reading_not_json'],
    ['nothing', 'reading_not_json'],
    ['null', 'run_invalid'],
    ['17', 'run_invalid'],
    ['[]', 'run_invalid'],
    ['{}', 'run_invalid'],
    ['{"sensor_id":1,"timestamps":[1]}', 'run_invalid'],
    ['{"sensor_id":1,"values":[1]}', 'run_invalid'],
    ['{"sensor_id":1,"timestamps":{"length":1},"values":[1]}', 'run_invalid'],
    ['{"sensor_id":1,"timestamps":[1],"values":"1"}', 'run_invalid'],
    ['{"sensor_id":1,"start":1,"values":[1]}', 'run_invalid'],
    ['{"sensor_id":1,"start":1,"step_ms":0,"values":[1]}', 'run_invalid'],
    ['{"sensor_id":1,"start":1,"step_ms":-1,"values":[1]}', 'run_invalid'],
    ['{"sensor_id":1,"start":1.5,"step_ms":1,"values":[1]}', 'run_invalid'],
    ['{"sensor_id":1,"start":1,"step_ms":1e999,"values":[1]}', 'run_invalid'],
    ['{"sensor_id":1,"timestamps":[1],"start":1,"step_ms":1,"values":[1]}', 'run_invalid'],
    ['{"sensor_id":1,"timestamps":[1,2],"values":[1]}', 'run_lengths_differ'],
    ['{"sensor_id":1,"timestamps":[],"values":[1]}', 'run_lengths_differ'],
    ['{"__proto__":{"values":[1],"timestamps":[1],"sensor_id":1}}', 'run_invalid'],
    ['['.repeat(1_000_000), 'run_invalid'],
    ['{"a":'.repeat(10_000), 'run_invalid'],
    [`${'['.repeat(900)}${']'.repeat(900)}`, 'run_invalid'],
  ]
  for (const [line, code] of lines) assert.equal(parseRun(Buffer.from(line)), code, line.slice(0, 60))
})
