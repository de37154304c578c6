import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alignLines } from './aligned-data.ts'
import { type Columns, columnAt, columnsOfIncreases, columnsOfSeries, runsOf, visibleColumns } from './columns.ts'

const series = (timestamp: number[], values: (number | null)[], step_ms = 10) => ({
  sensor_id: 1,
  from: '',
  to: '',
  step_ms,
  readings: 0,
  timestamp,
  min: values,
  max: values,
  avg: values,
  suspect: values.map((value) => (value === null ? 1 : 0)),
  late: null,
})
const columns = (timestamp: number[], values: (number | null)[] = timestamp): Columns =>
  columnsOfSeries(series(timestamp, values), 10)

test('one missing column is no gap, two and a half are', () => {
  assert.deepEqual(runsOf(columns([0, 10, 30, 40, 70, 80])), [
    { from: 0, to: 4 },
    { from: 4, to: 6 },
  ])
})

test('a column of suspect readings alone breaks the line', () => {
  assert.deepEqual(runsOf(columns([0, 10, 20], [1, null, 2])), [
    { from: 0, to: 1 },
    { from: 2, to: 3 },
  ])
})

test('what reports more seldom than declared still is a line', () => {
  assert.equal(runsOf(columns([0, 100, 200, 300, 400])).length, 1)
})

test('points stand in the middle of their column, a gap right after the last', () => {
  const { atMs, lines } = alignLines([columns([0, 10, 60], [1, 2, 3])])
  assert.deepEqual([...atMs], [5, 15, 16, 65])
  assert.deepEqual(lines, [[1, 2, null, 3]])
})

test('lines of different times share a row of times', () => {
  const { atMs, lines } = alignLines([columns([0, 10], [1, 2]), undefined, columns([5, 10], [3, 4])])
  assert.deepEqual([...atMs], [5, 10, 15])
  assert.deepEqual(lines, [
    [1, undefined, 2],
    [undefined, undefined, undefined],
    [undefined, 3, 4],
  ])
})

test('a gap stays one where another line has points', () => {
  const { lines } = alignLines([columns([0, 10, 80, 90]), columns([20, 30, 40, 50, 60, 70])])
  assert.deepEqual(lines[0], [0, 10, null, null, null, null, null, null, null, 80, 90])
})

test('the cursor reads the column it is in, or the nearest, but nothing in a gap', () => {
  const one = columns([0, 10, 20, 100], [1, 2, 3, 4])
  assert.equal(columnAt(one, 12), 1)
  assert.equal(columnAt(one, 34), 2)
  assert.equal(columnAt(one, 60), null)
  assert.equal(columnAt(one, 500), null)
  assert.equal(columnAt(columns([]), 5), null)
})

test('columns cut by the edge are visible', () => {
  assert.deepEqual(visibleColumns(columns([0, 10, 20, 30]), 15, 30), { from: 1, to: 3 })
  assert.deepEqual(visibleColumns(columns([0, 10]), 50, 60), { from: 2, to: 2 })
})

test('increases are bars from one boundary to the next', () => {
  const record = { sensor_id: 1, timestamp: '1970-01-01T00:00:01Z', count: 4, suspect: 2, avg: 9, min: 9, max: 9 }
  const bars = columnsOfIncreases(
    [
      { ...record, increase: 0.5 },
      { ...record, increase: null },
    ],
    (ms) => ms + 500,
  )
  assert.deepEqual([bars.startMs[0], bars.endMs[0], bars.mean, bars.suspect], [1000, 1500, [0.5, null], [2, 2]])
})
