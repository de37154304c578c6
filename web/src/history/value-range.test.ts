import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Columns } from './columns.ts'
import { valueRange } from './value-range.ts'

const columns = (low: number[], high = low): Columns => ({
  startMs: low.map((_, index) => index * 10),
  endMs: low.map((_, index) => index * 10 + 10),
  low,
  high,
  mean: low,
  suspect: low.map(() => 0),
  late: null,
  breakMs: 25,
})
const all = { fromMs: 0, toMs: 1_000 }
const temperature = { kind: 'temperature', unit: 'degC', isFromZero: false } as const
const power = { kind: 'power', unit: 'W', isFromZero: false } as const

test('power stands on zero, temperature does not', () => {
  assert.equal(valueRange([columns([500, 900])], all, power)?.low, 0)
  assert.equal(valueRange([columns([-500, -900])], all, power)?.high, 0)
  assert.ok((valueRange([columns([20, 24])], all, temperature)?.low ?? 0) > 19)
})

test('the peaks of a reduced line are within', () => {
  const range = valueRange([columns([20, 21], [20, 29])], all, temperature)
  assert.ok(range && range.high > 29 && range.high < 30)
})

test('a tenth of a degree does not fill the height', () => {
  const range = valueRange([columns([21.4, 21.5])], all, temperature)
  assert.ok(range && range.high - range.low > 2)
})

test('only what is seen counts', () => {
  const range = valueRange([columns([20, 24, 80])], { fromMs: 0, toMs: 20 }, temperature)
  assert.ok(range && range.high < 25)
  assert.equal(valueRange([columns([20])], { fromMs: 500, toMs: 600 }, temperature), null)
})

test('a limit is shown when a line comes near', () => {
  const co2 = { kind: 'co2', unit: 'ppm', isFromZero: false } as const
  assert.ok((valueRange([columns([600, 850])], all, co2)?.high ?? 0) > 1_000)
  assert.ok((valueRange([columns([600, 700])], all, co2)?.high ?? 0) < 900)
})
