import assert from 'node:assert/strict'
import { test } from 'node:test'
import { axisText, digitsOf } from './history-texts.ts'

test('a tick is written as it is, whatever the step', () => {
  for (const [step, digits] of [
    [50, 0],
    [1, 0],
    [2.5, 1],
    [0.5, 1],
    [0.25, 2],
    [0.1, 1],
    [0.05, 2],
    [0.001, 3],
  ] as const)
    assert.equal(digitsOf(step), digits, String(step))
  assert.equal(axisText(19.25, 0.25, 1, 'en'), '19.25')
  assert.equal(axisText(2_500, 2_500, 1e-3, 'en'), '2.5')
})

test('no step has more digits than can be read', () => {
  assert.equal(digitsOf(1e-9), 6)
  assert.equal(digitsOf(1 / 3), 6)
})
