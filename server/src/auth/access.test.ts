import assert from 'node:assert/strict'
import test from 'node:test'
import { keyActions, type Role, roles } from '@plenum/contract'
import fc from 'fast-check'
import {
  type Action,
  byKey,
  can,
  type KeyLimits,
  type Person,
  type Principal,
  type Scope,
  scopeOf,
  type Where,
} from './access.ts'

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

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 3 })
/** Floor 10 is the first of building 1. */
const floor = fc.integer({ min: 1, max: 4 }).chain((buildingId) =>
  fc.record({
    buildingId: fc.constant(buildingId),
    floorId: fc.integer({ min: 0, max: 2 }).map((n) => buildingId * 10 + n),
  }),
)
const anyPerson = fc
  .record({
    role: fc.constantFrom(...roles),
    scope: fc.record({ buildingIds: ids, floors: fc.uniqueArray(floor, { maxLength: 3, selector: (f) => f.floorId }) }),
  })
  .map(({ role, scope }) => person(role, role === 'administrator' ? null : scope))
const anyLimits: fc.Arbitrary<KeyLimits> = fc.record({
  actions: fc.option(fc.uniqueArray(fc.constantFrom(...keyActions), { minLength: 1 })),
  buildingIds: fc.option(ids),
})
const anyWhere: fc.Arbitrary<Where | undefined> = fc.option(
  fc.oneof(
    fc.record({ buildingId: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ buildingId: fc.integer({ min: 1, max: 5 }), floorId: fc.constant(null) }),
    floor,
  ),
  { nil: undefined },
)

test('a key may what its person may and what it is for, where both may, and nothing else', () => {
  fc.assert(
    fc.property(anyPerson, anyLimits, fc.constantFrom(...actions), anyWhere, (owner, limits, action, where) => {
      const withKey = byKey(owner, { keyId: 7, readingsPerMinute: 1, ...limits })
      const may = can(withKey, action, where)
      if (action === 'anonymous') return may
      if (may && !can(owner, action, where)) return false
      const { actions: of, buildingIds } = limits
      const isFor = action !== 'account' && (of === null || of.some((one) => one === action))
      const isWhere =
        buildingIds === null ||
        (action !== 'administer' && (where === undefined || buildingIds.includes(where.buildingId)))
      return may === (can(owner, action, where) && isFor && isWhere)
    }),
    { numRuns: 5_000 },
  )
})

test('what a key sees is no more than what its person sees, and of its buildings', () => {
  const sees = (scope: Scope, where: Where): boolean =>
    scope === null ||
    scope.buildingIds.includes(where.buildingId) ||
    scope.floors.some(({ floorId }) => floorId === where.floorId)
  fc.assert(
    fc.property(anyPerson, anyLimits, floor, (owner, limits, where) => {
      const ofKey = sees(scopeOf(byKey(owner, { keyId: 7, readingsPerMinute: 1, ...limits })), where)
      const inBuildings = limits.buildingIds === null || limits.buildingIds.includes(where.buildingId)
      return ofKey === (sees(owner.scope, where) && inBuildings)
    }),
    { numRuns: 2_000 },
  )
})
