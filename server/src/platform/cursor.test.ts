import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { PlenumError } from './errors.ts'

const invalid = (error: unknown) => error instanceof PlenumError && error.code === 'cursor_invalid'

test('a cursor gives back the key it was made of, and fits into an address', () => {
  fc.assert(
    fc.property(fc.tuple(fc.string({ unit: 'binary' }), fc.maxSafeInteger()), (key) => {
      const cursor = encodeCursor(key)
      assert.match(cursor, /^[\w-]+$/)
      // -0 is 0 in JSON.
      assert.deepEqual(decodeCursor(cursor, ['string', 'number'] as const), [key[0], key[1] + 0])
    }),
  )
})

test('whatever else is given as a cursor is refused as one', () => {
  const forged = fc.json().map((json) => Buffer.from(json).toString('base64url'))
  fc.assert(
    fc.property(fc.oneof(fc.string(), forged), (text) => {
      try {
        const [name, id] = decodeCursor(text, ['string', 'number'] as const)
        assert.ok(typeof name === 'string' && Number.isSafeInteger(id))
      } catch (error) {
        assert.ok(invalid(error))
      }
    }),
    { numRuns: 1_000 },
  )
  const fits = ['string', 'number'] as const
  for (const key of [['a'], ['a', 1, 1], [1, 'a'], ['a', 1.5], ['a', 2 ** 53]]) {
    assert.throws(() => decodeCursor(encodeCursor(key), fits), invalid, JSON.stringify(key))
  }
  for (const text of ['', '{}', 'bnVsbA', 'e30']) assert.throws(() => decodeCursor(text, fits), invalid, text)
})
