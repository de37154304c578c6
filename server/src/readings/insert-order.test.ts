import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Batch } from './batch.ts'
import { rowsBySensor } from './insert-order.ts'

const ids = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 2 ** 31 - 1 }))
const groups = fc.array(fc.array(ids, { maxLength: 40 }), { maxLength: 6 })

test('rows are those of a stable sort by sensor', () => {
  fc.assert(
    fc.property(groups, (group) => {
      const batches = group.map((sensorIds): Batch => ({ sensorIds, atMs: [], values: [], qualities: [] }))
      const all = group.flat()
      const sorted = all.map((id, position) => ({ id, position })).sort((a, b) => a.id - b.id)
      const expected = all.map((_, position) => sorted.findIndex((one) => one.position === position))
      const rows = rowsBySensor(batches, all.length)
      assert.deepEqual(rows === null ? all.map((_, position) => position) : [...rows], expected)
    }),
    { numRuns: 500 },
  )
})
