import assert from 'node:assert/strict'
import test from 'node:test'
import { type Action, can, type Principal } from './access.ts'

const person: Principal = { kind: 'user', userId: 'a', email: 'a@b.c', name: 'A', key: null }
const script: Principal = { ...person, key: { keyId: 7, readingsPerMinute: 1 } }
const gateway: Principal = { kind: 'gateway', gatewayId: 1, buildingId: 1, key: { keyId: 1, readingsPerMinute: 1 } }

const matrix: [Action, Record<'nobody' | 'person' | 'script' | 'gateway', boolean>][] = [
  ['anonymous', { nobody: true, person: true, script: true, gateway: true }],
  ['read', { nobody: false, person: true, script: true, gateway: false }],
  ['ingest', { nobody: false, person: true, script: true, gateway: true }],
  ['configure', { nobody: false, person: true, script: true, gateway: false }],
  ['account', { nobody: false, person: true, script: false, gateway: false }],
]

for (const [action, expected] of matrix) {
  test(`who may ${action}`, () => {
    const actual = {
      nobody: can(null, action),
      person: can(person, action),
      script: can(script, action),
      gateway: can(gateway, action),
    }
    assert.deepEqual(actual, expected)
  })
}
