import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roomGrid } from './room-grid.ts'

test('rooms lie in order, inside the plan, without touching', () => {
  for (let count = 0; count <= 60; count++) {
    const boxes = roomGrid(count).map(({ outline }) => ({ from: outline[0], to: outline[2] }))
    assert.equal(boxes.length, count)
    boxes.forEach(({ from, to }, index) => {
      assert.ok(from && to && from.x >= 0 && from.y >= 0 && to.x <= 1 && to.y <= 1)
      assert.ok(from.x < to.x && from.y < to.y)
      const next = boxes[index + 1]?.from
      if (next) assert.ok(next.x > to.x || next.y > to.y, `room ${index + 1} of ${count} comes after room ${index}`)
    })
  }
})
