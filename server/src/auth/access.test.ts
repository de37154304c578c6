import assert from 'node:assert/strict'
import test from 'node:test'
import { presenceTypes, type Role, roles, sensorTypes } from '@plenum/contract'
import fc from 'fast-check'
import { type Action, can, floorsWithin, type Person, type Principal, type Scope, sees, type Where } from './access.ts'

const key = { keyId: 7, readingsPerMinute: 1, actions: null }
const person = (role: Role, scope: Scope = null): Person => {
  return { kind: 'user', userId: 'a', email: 'a@b.c', name: 'A', role, scope, seesPresence: false, key: null }
}
const gateway: Principal = { kind: 'gateway', gatewayId: 1, name: 'East', buildingId: 1, key }

const actions: Action[] = ['anonymous', 'read', 'ingest', 'commission', 'configure', 'administer', 'account']
const allowed: Record<Role | 'gateway' | 'nobody', Action[]> = {
  administrator: actions,
  manager: ['anonymous', 'read', 'ingest', 'commission', 'configure', 'account'],
  technician: ['anonymous', 'read', 'commission', 'account'],
  viewer: ['anonymous', 'read', 'account'],
  gateway: ['anonymous', 'ingest'],
  nobody: ['anonymous'],
}
const principals: [keyof typeof allowed, Principal | null][] = [
  ...roles.map((role): [Role, Principal] => [role, person(role)]),
  ['gateway', gateway],
  ['nobody', null],
]
for (const [who, principal] of principals) {
  test(`what a ${who} may do at all`, () => {
    const may = actions.filter((action) => can(principal, action))
    assert.deepEqual(may, allowed[who])
  })
}

test('a key of a person may what the person may, and touches neither account nor keys', () => {
  for (const role of roles) {
    const may = actions.filter((action) => can({ ...person(role), key }, action))
    assert.deepEqual(
      may,
      allowed[role].filter((action) => action !== 'account'),
    )
  }
})

const scope: Scope = { buildingIds: [1], floors: [{ floorId: 20, buildingId: 2 }] }
const places: [string, Where, Action[]][] = [
  ['a building of theirs', { buildingId: 1 }, ['read', 'commission', 'configure']],
  ['a floor of a building of theirs', { buildingId: 1, floorId: 10 }, ['read', 'commission', 'configure']],
  ['a floor of theirs', { buildingId: 2, floorId: 20 }, ['read', 'commission', 'configure']],
  ['the building around a floor of theirs', { buildingId: 2 }, ['read']],
  ['what belongs to all of that building', { buildingId: 2, floorId: null }, []],
  [
    'what belongs to all of a building of theirs',
    { buildingId: 1, floorId: null },
    ['read', 'commission', 'configure'],
  ],
  ['another floor of it', { buildingId: 2, floorId: 21 }, []],
  ['another building', { buildingId: 3 }, []],
  ['a floor of another building', { buildingId: 3, floorId: 30 }, []],
]
for (const [what, where, may] of places) {
  test(`the scope of a role holds for ${what}: ${may.join(', ') || 'nothing'}`, () => {
    for (const role of ['manager', 'technician', 'viewer'] as const) {
      for (const action of ['read', 'commission', 'configure'] as const) {
        const expected = may.includes(action) && allowed[role].includes(action)
        assert.equal(can(person(role, scope), action, where), expected, `${role} ${action}`)
        assert.equal(can(person('administrator'), action, where), true)
      }
    }
  })
}

test('an empty scope holds nowhere', () => {
  for (const [, where] of places)
    assert.equal(can(person('manager', { buildingIds: [], floors: [] }), 'read', where), false)
})

test('a gateway writes in its own building only', () => {
  assert.equal(can(gateway, 'ingest', { buildingId: 1, floorId: 3 }), true)
  assert.equal(can(gateway, 'ingest', { buildingId: 2, floorId: 3 }), false)
})

test('what a sensor reads is shown where it may be read, and of presence to those with the permission only', () => {
  for (const role of roles) {
    for (const seesPresence of [true, false]) {
      for (const [, where] of places) {
        const who: Person = { ...person(role, role === 'administrator' ? null : scope), seesPresence }
        for (const type of sensorTypes) {
          const isShown = can(who, 'read', where) && (seesPresence || !presenceTypes.includes(type))
          assert.equal(sees(who, type, where), isShown)
          assert.equal(sees({ ...who, key }, type, where), isShown, 'with a key of theirs')
        }
      }
      assert.equal(sees({ ...person(role), seesPresence }, 'occupancy'), seesPresence)
    }
  }
  for (const type of sensorTypes) for (const who of [gateway, null]) assert.equal(sees(who, type), false)
})

test('the floors of a building that a scope holds for are those that can be read there', () => {
  const buildingId = fc.integer({ min: 1, max: 3 })
  // Floor 10 to 19 are of building 1, and so on.
  const anyFloor = fc.integer({ min: 10, max: 39 })
  const anyScope = fc.option(
    fc.record({
      buildingIds: fc.array(buildingId, { maxLength: 2 }),
      floors: fc.array(
        anyFloor.map((floorId) => ({ floorId, buildingId: Math.floor(floorId / 10) })),
        { maxLength: 8 },
      ),
    }),
  )
  fc.assert(
    fc.property(anyScope, buildingId, (given, building) => {
      const all = Array.from({ length: 10 }, (_, i) => building * 10 + i)
      const readable = all.filter((floorId) => can(person('viewer', given), 'read', { buildingId: building, floorId }))
      assert.deepEqual(floorsWithin(given, building) ?? all, readable)
    }),
  )
})
