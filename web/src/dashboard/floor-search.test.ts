import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseFloorSearch } from './floor-search.ts'

test('a shared address comes back as it was', () => {
  assert.deepEqual(parseFloorSearch({ group: 'kind', zone: '5', kind: 'co2', status: 'stale', q: 'room' }), {
    group: 'kind',
    zone: 5,
    kind: 'co2',
    status: 'stale',
    q: 'room',
  })
})

test('what is unknown is dropped, and what is the default is not kept', () => {
  assert.deepEqual(parseFloorSearch({ group: 'zone', zone: '-1', kind: 'mood', status: ['ok'], q: '', x: 1 }), {})
})
