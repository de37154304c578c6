import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createTimestampFormat } from './timestamp-format.ts'

test('a timestamp is what Date makes of it, in any order of instants', () => {
  const toTimestamp = createTimestampFormat()
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_214_400 }), (epochS) => {
      assert.equal(toTimestamp(epochS), new Date(epochS * 1000).toISOString().replace('.000Z', 'Z'))
    }),
  )
})

test('what is no instant is undefined', () => {
  const toTimestamp = createTimestampFormat()
  for (const value of [Number.NaN, -1, 0.5, 1e12, Number.POSITIVE_INFINITY]) assert.equal(toTimestamp(value), undefined)
})
