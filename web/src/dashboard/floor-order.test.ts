import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromTop } from './floor-order.ts'

test('the roof is first and the basement last; floors on one level keep their order', () => {
  const floors = [
    { id: 4, level: 1 },
    { id: 2, level: -1 },
    { id: 3, level: 1 },
    { id: 1, level: 9 },
  ]
  assert.deepEqual(
    fromTop(floors).map(({ id }) => id),
    [1, 3, 4, 2],
  )
})
