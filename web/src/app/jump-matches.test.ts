import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findTargets, type JumpTarget } from './jump-matches.ts'

const targets: JumpTarget[] = [
  { id: 'b1', section: 'buildings', label: 'Harbour Tower', detail: '' },
  { id: 'f3', section: 'floors', label: '3F', detail: 'Harbour Tower' },
  { id: 's1', section: 'sensors', label: 'Air of meeting room', detail: 'demo/3F/co2-2' },
  { id: 's2', section: 'sensors', label: 'Meeting room', detail: 'demo/3F/temp-1' },
]

const ids = (query: string) => findTargets(targets, query).map(({ id }) => id)

test('nothing typed shows where one can go, without the sensors', () => {
  assert.deepEqual(ids(''), ['b1', 'f3'])
})

test('what starts with the query stands first', () => {
  assert.deepEqual(ids('meeting'), ['s2', 's1'])
})

test('what has the words in its name stands before what has them in its key', () => {
  assert.deepEqual(ids('room meeting'), ['s1', 's2'])
  assert.deepEqual(ids('meeting room  temp'), ['s2'])
  assert.deepEqual(ids('room 3f'), ['s1', 's2'])
})

test('keys are searched and width makes no difference', () => {
  assert.deepEqual(ids('co2-2'), ['s1'])
  assert.deepEqual(ids('３ｆ temp'), ['s2'])
})

test('a section shows eight at most', () => {
  const many = Array.from(
    { length: 20 },
    (_, index): JumpTarget => ({ id: String(index), section: 'sensors', label: 'x', detail: '' }),
  )
  assert.equal(findTargets(many, 'x').length, 8)
})
