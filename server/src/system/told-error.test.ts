import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { toldError } from './told-error.ts'

test('what is told of an error holds no secret, wherever one stands in it', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9]{12,30}$/)
  const around = fc.stringMatching(/^[a-z ]{0,20}$/)
  const forms: ((text: string) => string)[] = [
    (text) => `connect postgres://plenum:${text}@db.example.com/plenum`,
    (text) => `redis://:${text}@cache:6379 refused`,
    (text) => `password=${text}`,
    (text) => `"api_key": "${text}"`,
    (text) => `Authorization: ${text}`,
    (text) => `Bearer ${text}`,
    (text) => `https://hooks.example.com/?token=${text}&x=1`,
  ]
  fc.assert(
    fc.property(secret, around, around, fc.constantFrom(...forms), (text, before, after, form) => {
      const told = toldError(new Error(`${before} ${form(text)} ${after}`))
      assert.ok(!told.includes(text), told)
    }),
  )
})

test('the rest is told as it is: the first line, and not without end', () => {
  assert.equal(toldError(new Error('relation "x" does not exist\n    at stack')), 'relation "x" does not exist')
  assert.equal(toldError(new TypeError('')), 'TypeError')
  assert.equal(toldError('plain'), 'plain')
  assert.equal(toldError(new Error('x'.repeat(1_000))).length, 300)
})
