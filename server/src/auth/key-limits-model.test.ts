import assert from 'node:assert/strict'
import test from 'node:test'
import { keyActions, presenceTypes, roles } from '@plenum/contract'
import fc from 'fast-check'
import {
  type Action,
  byKey,
  can,
  type KeyLimits,
  type Person,
  type Scope,
  scopeOf,
  sees,
  type Where,
} from './access.ts'

const actions: Action[] = ['anonymous', 'account', ...keyActions]

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
    seesPresence: fc.boolean(),
    scope: fc.record({ buildingIds: ids, floors: fc.uniqueArray(floor, { maxLength: 3, selector: (f) => f.floorId }) }),
  })
  .map(({ role, scope, seesPresence }): Person => {
    const who = { kind: 'user', userId: 'a', email: 'a@b.c', name: 'A', key: null } as const
    const isAdministrator = role === 'administrator'
    return { ...who, role, scope: isAdministrator ? null : scope, seesPresence: seesPresence || isAdministrator }
  })
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
  const reaches = (scope: Scope, where: Where): boolean =>
    scope === null ||
    scope.buildingIds.includes(where.buildingId) ||
    scope.floors.some(({ floorId }) => floorId === where.floorId)
  fc.assert(
    fc.property(anyPerson, anyLimits, floor, (owner, limits, where) => {
      const ofKey = reaches(scopeOf(byKey(owner, { keyId: 7, readingsPerMinute: 1, ...limits })), where)
      const inBuildings = limits.buildingIds === null || limits.buildingIds.includes(where.buildingId)
      return ofKey === (reaches(owner.scope, where) && inBuildings)
    }),
    { numRuns: 2_000 },
  )
})

test('a key shows single sensors of presence only where it may read and its person sees them', () => {
  fc.assert(
    fc.property(anyPerson, anyLimits, fc.constantFrom(...presenceTypes), anyWhere, (owner, limits, type, where) => {
      const withKey = byKey(owner, { keyId: 7, readingsPerMinute: 1, ...limits })
      assert.equal(sees(withKey, type, where), owner.seesPresence && can(withKey, 'read', where))
    }),
  )
})
