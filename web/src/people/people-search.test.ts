import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roles as contractRoles } from '@plenum/contract'
import { parsePeopleSearch, roles } from './people-search.ts'

test('an address that says what can be shown is taken as it is', () => {
  const search = { role: 'viewer', status: 'disabled', q: '森', person: '3c34d0f9-cb97-4f13' }
  assert.deepEqual(parsePeopleSearch(search), search)
})

test('what an address can not mean is dropped', () => {
  assert.deepEqual(parsePeopleSearch({ role: 'king', status: 7, q: '', person: '../x', other: 'x' }), {})
})

test('every role can be chosen', () => {
  assert.deepEqual([...roles].sort(), [...contractRoles].sort())
})
