import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Columns } from './columns.ts'
import { figuresOf, markedOf } from './summary.ts'

const columns: Columns = {
  startMs: [0, 10, 20, 30],
  endMs: [10, 20, 30, 40],
  low: [1, 2, null, 4],
  high: [3, 9, null, 6],
  mean: [2, 4, null, 5],
  suspect: [0, 1, 2, 0],
  late: [5, 0, 0, 1],
  breakMs: 25,
}

test('peaks are those of the readings, suspect and late ones are counted apart', () => {
  const figures = figuresOf(columns, { fromMs: 0, toMs: 30 }, 'lines')
  assert.deepEqual(figures, { low: 1, high: 9, mean: 3, last: 4, lastAtMs: 15, total: null })
  assert.deepEqual(markedOf(columns, { fromMs: 0, toMs: 30 }), { suspect: 3, late: 5 })
})

test('bars have a sum', () => {
  assert.equal(figuresOf(columns, { fromMs: 0, toMs: 40 }, 'bars')?.total, 11)
})

test('nothing to see has no figures', () => {
  assert.equal(figuresOf(columns, { fromMs: 100, toMs: 200 }, 'lines'), null)
  assert.equal(figuresOf(columns, { fromMs: 20, toMs: 30 }, 'lines'), null)
})

test('where lateness is not known none is told', () => {
  assert.equal(markedOf({ ...columns, late: null }, { fromMs: 0, toMs: 40 }).late, 0)
})
