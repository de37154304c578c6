import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress, stringifyAddress } from './address.ts'

test('an address comes back as it was', () => {
  const search = { q: '会議室 A&B', zone: '5' }
  assert.deepEqual(parseAddress(stringifyAddress(search)), search)
})

test('what is not set leaves no trace', () => {
  assert.equal(stringifyAddress({ q: undefined, zone: 5 }), '?zone=5')
  assert.equal(stringifyAddress({}), '')
})
