import assert from 'node:assert/strict'
import { test } from 'node:test'
import { floorToOpen } from './floor-to-open.ts'

const floors = [
  { id: 1, level: -2 },
  { id: 2, level: -1 },
  { id: 3, level: 2 },
  { id: 4, level: 1 },
]

test('the floor looked at last is opened again', () => {
  assert.equal(floorToOpen(floors, 2)?.id, 2)
})

test('else the ground floor, or the highest basement', () => {
  assert.equal(floorToOpen(floors, undefined)?.id, 4)
  assert.equal(floorToOpen(floors, 99)?.id, 4)
  assert.equal(floorToOpen(floors.slice(0, 2), undefined)?.id, 2)
  assert.equal(floorToOpen([], 1), undefined)
})
