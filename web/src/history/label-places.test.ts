import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeLabels } from './label-places.ts'

test('labels apart stay where they are', () => {
  assert.deepEqual(placeLabels([50, 20], 10, 0, 100), [50, 20])
})

test('labels that would overlap stand around their middle, in their order', () => {
  assert.deepEqual(placeLabels([50, 52, 51], 10, 0, 100), [41, 61, 51])
})

test('none leaves the chart', () => {
  assert.deepEqual(placeLabels([1, 2], 10, 0, 100), [5, 15])
  assert.deepEqual(placeLabels([99, 98], 10, 0, 100), [95, 85])
})
