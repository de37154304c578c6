import assert from 'node:assert/strict'
import { test } from 'node:test'
import { spokenAge } from './ages.ts'

const cases: [ms: number, unit: string, count: number][] = [
  [-5_000, 'now', 0],
  [4_999, 'now', 0],
  [5_000, 'seconds', 5],
  [44_000, 'seconds', 40],
  [59_999, 'seconds', 55],
  [60_000, 'minutes', 1],
  [3_599_999, 'minutes', 59],
  [3_600_000, 'hours', 1],
  [47 * 3_600_000, 'hours', 47],
  [48 * 3_600_000, 'days', 2],
]

test('an age is rounded down to one unit', () => {
  for (const [ms, unit, count] of cases) assert.deepEqual(spokenAge(ms), { unit, count }, `${ms} ms`)
})
