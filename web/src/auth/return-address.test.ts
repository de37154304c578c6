import assert from 'node:assert/strict'
import { test } from 'node:test'
import { returnAddress } from './return-address.ts'

test('an address of this site is kept with its search', () => {
  assert.equal(returnAddress('/floors/3?status=stale#sensor-17'), '/floors/3?status=stale#sensor-17')
})

test('an address that leads away is not followed', () => {
  for (const next of [
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'https://evil.example',
    'x',
    7,
    undefined,
  ]) {
    assert.equal(returnAddress(next), '/', String(next))
  }
})

test('signing in does not lead to signing in', () => {
  assert.equal(returnAddress('/sign-in?next=/'), '/')
})
