import assert from 'node:assert/strict'
import test from 'node:test'
import { affordable, costs, estimateCost, type Expected } from './cost.ts'
import { dayMs, grainFor, hourMs } from './resolution.ts'

test('auto chooses by the length of the range alone', () => {
  const table = [
    [1, 'raw'],
    [hourMs, 'raw'],
    [dayMs, 'raw'],
    [dayMs + 1, '15m'],
    [7 * dayMs, '15m'],
    [7 * dayMs + 1, '1h'],
    [92 * dayMs, '1h'],
    [92 * dayMs + 1, '1d'],
    [36_500 * dayMs, '1d'],
  ] as const
  for (const [rangeMs, grain] of table) assert.equal(grainFor('auto', rangeMs), grain, `${rangeMs} ms`)
})

test('what is asked for by name is what is answered', () => {
  for (const asked of ['raw', '15m', '1h', '1d'] as const) assert.equal(grainFor(asked, 36_500 * dayMs), asked)
})

const floor = (sensors: number, intervalS = 60): Expected[] => Array.from({ length: sensors }, () => ({ intervalS }))
const days = (count: number) => ({ fromMs: 0, toMs: count * dayMs })
const never = Number.POSITIVE_INFINITY

test('the estimate counts what has to be read and written', () => {
  const table = [
    [floor(30), 1, 'raw', 43_200],
    [floor(30), 1, '15m', 21_600 + 2_880],
    [floor(30), 365, '1h', 262_800],
    [floor(30), 365, '1d', 21_900],
    // A sensor that speaks once a day has no more buckets than readings.
    [floor(10, 86_400), 100, '1h', 1_000],
    [[], 365, 'raw', 0],
  ] as const
  for (const [sensors, length, grain, cost] of table)
    assert.equal(estimateCost(sensors, days(length), grain, never), cost, `${sensors.length} sensors, ${grain}`)
})

test('nothing is expected of the future', () => {
  assert.equal(estimateCost(floor(1), days(100), 'raw', dayMs), 1_440)
  assert.equal(estimateCost(floor(1), days(100), 'raw', -dayMs), 0)
})

test('a refusal names the finest resolution that fits', () => {
  const table = [
    [floor(30), 365, 'raw', '1h'],
    [floor(30), 120, 'raw', '15m'],
    [floor(1_000), 365, '15m', '1d'],
    [floor(2_000_000), 365, '1h', null],
    [floor(2_000_000), 365, '1d', null],
  ] as const
  for (const [sensors, length, grain, fits] of table) {
    assert.ok(estimateCost(sensors, days(length), grain, never) > costs.limit, `${sensors.length} sensors, ${grain}`)
    assert.equal(affordable(sensors, days(length), grain, never), fits, `${sensors.length} sensors, ${grain}`)
  }
})

test('what people ask for every day is never refused', () => {
  const everyday = [
    [floor(30), 1, 'raw'],
    [floor(300), 7, '15m'],
    [floor(300), 92, '1h'],
    [floor(1_000), 5 * 365, '1d'],
    [floor(1), 365, 'raw'],
  ] as const
  for (const [sensors, length, grain] of everyday)
    assert.ok(estimateCost(sensors, days(length), grain, never) <= costs.limit, `${sensors.length} sensors, ${grain}`)
})
