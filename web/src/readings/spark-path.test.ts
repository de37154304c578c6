import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sparkPath, sparkRange, sparkRuns } from './spark-path.ts'

const box = { width: 100, height: 10 }
const series = (values: (number | null)[]) => ({ fromMs: 0, stepMs: 10, values })

test('a gap stays a gap', () => {
  const path = sparkPath(series([1, 2, null, 3, 4]), null, 'energy', box)
  assert.equal(path, 'M10 10L30 6.67M70 3.33L90 0')
})

test('a reading alone between gaps is a dot', () => {
  assert.match(sparkPath(series([null, 5, null]), null, 'energy', box), /^M50 5h0$/)
})

test('the newest reading ends the line', () => {
  const runs = sparkRuns(series([1, 2]), { atMs: 21, value: 9 })
  assert.deepEqual(runs, [
    [
      { atMs: 5, value: 1 },
      { atMs: 15, value: 2 },
      { atMs: 21, value: 9 },
    ],
  ])
})

test('steps that end after the newest reading do not turn the line back', () => {
  const points = sparkRuns(series([1, 2, 3]), { atMs: 22, value: 9 }).flat()
  assert.deepEqual(
    points.map(({ value }) => value),
    [1, 2, 9],
  )
})

test('a newest reading far from the line stands alone, one from before the hour is left out', () => {
  assert.equal(sparkRuns(series([1, null, null, null]), { atMs: 39, value: 2 }).length, 2)
  assert.equal(sparkRuns(series([null, null]), { atMs: -1, value: 2 }).length, 0)
})

test('noise does not fill the height', () => {
  const range = sparkRange(sparkRuns(series([21.4, 21.5]), null), 'temperature')
  assert.ok(range && Math.abs(range.high - range.low - 2) < 1e-9)
})

test('power is drawn from zero, negative power too', () => {
  assert.deepEqual(sparkRange([[{ atMs: 0, value: 500 }]], 'power'), { low: 0, high: 500 })
  assert.equal(sparkRange([[{ atMs: 0, value: -500 }]], 'power')?.high, 0)
})

test('a flat line and an empty hour can be drawn', () => {
  assert.equal(sparkPath(series([0, 0]), null, 'power', box), 'M25 10L75 10')
  assert.equal(sparkPath(series([null, null]), null, 'power', box), '')
})

test('a contact jumps, it does not slope', () => {
  assert.equal(sparkPath(series([0, 1]), null, 'contact', box), 'M25 10H75V0')
})
