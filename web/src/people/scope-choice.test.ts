import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noScope, scopeFor, toggleBuilding, toggleFloor } from './scope-choice.ts'

test('a whole building takes the place of its floors, and gives none back', () => {
  const floors = toggleFloor(toggleFloor(noScope, 11), 21)
  assert.deepEqual(floors, { building_ids: [], floor_ids: [11, 21] })
  const whole = toggleBuilding(floors, 1, [11, 12])
  assert.deepEqual(whole, { building_ids: [1], floor_ids: [21] })
  assert.deepEqual(toggleBuilding(whole, 1, [11, 12]), { building_ids: [], floor_ids: [21] })
})

test('a floor that is chosen again is not', () => {
  assert.deepEqual(toggleFloor({ building_ids: [2], floor_ids: [11] }, 11), { building_ids: [2], floor_ids: [] })
})

test('what is sent goes with the role', () => {
  const scope = { building_ids: [1], floor_ids: [21] }
  assert.equal(scopeFor('administrator', scope), null)
  assert.deepEqual(scopeFor('manager', scope), { building_ids: [1], floor_ids: [] })
  assert.deepEqual(scopeFor('viewer', scope), scope)
})
