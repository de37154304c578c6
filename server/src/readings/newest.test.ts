import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Batch } from './batch.ts'
import { createNewest } from './newest.ts'

type Identity = [sensorId: number, atMs: number]

const batchOf = (identities: Identity[]): Batch => ({
  sensorIds: identities.map(([sensorId]) => sensorId),
  atMs: identities.map(([, atMs]) => atMs),
  values: identities.map(() => 1),
  qualities: identities.map(() => 0),
})

test('no reading is in two batches that were both told to be new, nor twice in one', () => {
  const identity = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 30 }))
  fc.assert(
    fc.property(fc.array(fc.array(identity, { maxLength: 8 }), { maxLength: 12 }), (batches) => {
      const newest = createNewest()
      const claimed = batches.filter((batch) => newest.claim(batchOf(batch))).flat()
      assert.equal(new Set(claimed.map(String)).size, claimed.length)
    }),
  )
})

test('what is newer is new, what is as old or older is not, each sensor for itself', () => {
  const { claim } = createNewest()
  const claims = [
    [[1, 10]],
    [
      [1, 11],
      [2, 5],
    ],
    [
      [2, 6],
      [1, 12],
      [2, 7],
    ],
    [[1, 12]],
    [
      [1, 13],
      [2, 7],
    ],
    [[1, 14]],
  ]
  assert.deepEqual(
    claims.map((batch) => claim(batchOf(batch as Identity[]))),
    [true, true, true, false, false, true],
  )
})

test('when there are too many sensors to remember, all count as not yet known', () => {
  const { claim } = createNewest(2)
  for (const sensorId of [1, 2, 3]) claim(batchOf([[sensorId, 10]]))
  assert.equal(claim(batchOf([[1, 10]])), true)
})
