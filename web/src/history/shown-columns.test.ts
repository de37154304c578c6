import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unitScale } from '../readings/shown-unit.ts'
import type { Columns } from './columns.ts'
import { comfortBandOf, limitOf } from './comfort.ts'
import { shownColumns } from './shown-columns.ts'

const columns: Columns = {
  startMs: [0, 60_000],
  endMs: [60_000, 120_000],
  low: [20, null],
  high: [30, null],
  mean: [25, null],
  suspect: [0, 1],
  late: null,
  breakMs: 150_000,
}

test('columns are converted once, gaps stay gaps, and nothing but values changes', () => {
  const scale = unitScale('degC', 'imperial')
  const shown = shownColumns(columns, scale)
  assert.deepEqual(shown, { ...columns, low: [68, null], high: [86, null], mean: [77, null] })
  assert.equal(
    shownColumns(columns, unitScale('degC', 'imperial')),
    shown,
    'the same, so that charts are not made anew',
  )
  assert.equal(shownColumns(columns, null), columns)
  assert.equal(shownColumns(undefined, scale), undefined)
})

test('what a chart is read against is in the unit of its axis', () => {
  const { low = 0, high = 0 } = comfortBandOf('temperature', 'degF') ?? {}
  assert.deepEqual([low, Math.round(high * 10) / 10], [68, 78.8])
  assert.deepEqual(comfortBandOf('temperature', 'degC')?.low, 20)
  assert.equal(comfortBandOf('temperature', 'K'), null)
  assert.equal(limitOf('co2', 'ppm')?.value, 1_000)
  assert.equal(limitOf('co2', '%'), null)
})
