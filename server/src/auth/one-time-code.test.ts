import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import fc from 'fast-check'
import { codeAt } from '../../test/second-factor.ts'
import { codeUri, createCodeSecret, createRecoveryCode, recoveryCodeHash, stepOfCode } from './one-time-code.ts'

/** `12345678901234567890` of RFC 6238, appendix B; its codes have eight digits, of which six are the last ones. */
const rfcSecret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const rfcCodes: [seconds: number, code: string][] = [
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
]

test('the codes are those of RFC 6238', () => {
  for (const [seconds, code] of rfcCodes)
    assert.equal(stepOfCode(code.slice(2), rfcSecret, 0, seconds * 1_000), Math.floor(seconds / 30), code)
})

test('a code is taken a step before and after its own, once, and after it no earlier one', () => {
  const nowMs = fc.integer({ min: 1e12, max: 4e12 })
  const steps = fc.integer({ min: -3, max: 3 })
  fc.assert(
    fc.property(fc.constant(null).map(createCodeSecret), nowMs, steps, steps, (secret, at, drift, used) => {
      const step = Math.floor(at / 30_000)
      const code = codeAt(secret, at, drift)
      // One in a million is also the code of another step.
      const near = [-1, 0, 1].filter((one) => codeAt(secret, at, one) === code)
      fc.pre(near.length < 2)
      const taken = stepOfCode(code, secret, step + used, at)
      assert.equal(taken, near.length === 1 && drift > used ? step + drift : null)
    }),
  )
})

test('spaces in a code are none of it; what is no code is wrong', () => {
  const at = 1_234_567_890_000
  for (const code of ['005924', '005 924', ' 0 0 5 9 2 4', '005-924'])
    assert.notEqual(stepOfCode(code, rfcSecret, 0, at), null)
  for (const code of ['', '5924', '0059240', '89005924', 'abcdef', '００５９２４'])
    assert.equal(stepOfCode(code, rfcSecret, 0, at), null, code)
})

test('an app is told issuer, account and secret', () => {
  const uri = new URL(codeUri(rfcSecret, 'mori@example.com'))
  assert.equal(uri.protocol, 'otpauth:')
  assert.equal(decodeURIComponent(uri.pathname), '/Plenum:mori@example.com')
  assert.deepEqual([uri.searchParams.get('secret'), uri.searchParams.get('issuer')], [rfcSecret, 'Plenum'])
})

test('secrets have 160 bits, recovery codes 80, none twice', () => {
  const secrets = Array.from({ length: 200 }, createCodeSecret)
  const codes = Array.from({ length: 200 }, () => createRecoveryCode(randomBytes))
  assert.deepEqual([new Set(secrets).size, new Set(codes).size], [200, 200])
  for (const secret of secrets) assert.match(secret, /^[A-Z2-7]{32}$/)
  for (const code of codes) assert.match(code, /^([a-km-np-z2-9]{4}-){3}[a-km-np-z2-9]{4}$/)
})

test('a recovery code is its owner’s, however it is typed', () => {
  const code = createRecoveryCode(randomBytes)
  const hash = recoveryCodeHash('key', 'a', code)
  for (const typed of [code.toUpperCase(), code.replaceAll('-', ''), code.replaceAll('-', ' '), ` ${code} `])
    assert.deepEqual(recoveryCodeHash('key', 'a', typed), hash)
  assert.notDeepEqual(recoveryCodeHash('key', 'b', code), hash)
  assert.notDeepEqual(recoveryCodeHash('another key', 'a', code), hash)
})
