import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import test from 'node:test'
import fc from 'fast-check'
import { createSessionCookies } from './session-cookie.ts'

const name = 'plenum.session_token'
const token = fc.string({ minLength: 8, maxLength: 40, unit: fc.constantFrom(...'abcXYZ019_-.'.split('')) })
const signed = (value: string, secret: string): string =>
  encodeURIComponent(`${value}.${createHmac('sha256', secret).update(value).digest('base64')}`)
const sha256 = (value: string): string => createHash('sha256').update(value).digest('hex')

test('a cookie is its token, however often it comes; changed anywhere it is none', () => {
  const cookies = createSessionCookies({ secret: 'ours', name })
  fc.assert(
    fc.property(token, fc.nat(), fc.constantFrom(...'aZ9-'.split('')), (value, at, letter) => {
      const right = signed(value, 'ours')
      for (let time = 0; time < 2; time++) {
        assert.equal(cookies.hashOf(`other=1; ${name}=${right}; more=2`), sha256(value))
        assert.equal(cookies.hashOf(`${name}=${signed(value, 'theirs')}`), null)
        // The last letters of base64 before the padding hold bits that say nothing.
        const i = at % (right.length - 5)
        const changed = right.slice(0, i) + letter + right.slice(i + 1)
        if (changed !== right) assert.equal(cookies.hashOf(`${name}=${changed}`), null)
      }
    }),
  )
})

test('no cookie, one of another name and one without a signature are nobody', () => {
  const cookies = createSessionCookies({ secret: 'ours', name })
  for (const cookie of [
    undefined,
    '',
    `x${name}=${signed('token', 'ours')}`,
    `${name}=token`,
    `${name}=.x`,
    `${name}=%`,
  ])
    assert.equal(cookies.hashOf(cookie), null)
})
