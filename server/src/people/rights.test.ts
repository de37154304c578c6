import assert from 'node:assert/strict'
import test from 'node:test'
import { type Role, roles, type ScopeInput } from '@plenum/contract'
import fc from 'fast-check'
import { PlenumError } from '#platform'
import { changeRights, newRights, type Rights, type RightsPatch } from './rights.ts'

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 2 })
const scopes: fc.Arbitrary<ScopeInput> = fc.record({ building_ids: ids, floor_ids: ids })
const patches: fc.Arbitrary<RightsPatch> = fc.record(
  { role: fc.constantFrom<Role>(...roles), scope: fc.option(scopes), sees_presence: fc.boolean() },
  { requiredKeys: [] },
)

/** Whether rights that are whole contradict nothing, said one by one. */
function isSound({ role, scope, seesPresence }: Rights): boolean {
  if (role === 'administrator') return scope === null && seesPresence
  if (scope === null) return false
  return role === 'viewer' || scope.floor_ids.length === 0
}
const outcome = (run: () => Rights): Rights | string => {
  try {
    return run()
  } catch (error) {
    assert.ok(error instanceof PlenumError)
    return error.code
  }
}

test('whatever changes, what comes out is sound, says what was asked, or names what contradicts', () => {
  fc.assert(
    fc.property(fc.array(patches, { maxLength: 8 }), (changes) => {
      let now: Rights = { role: 'administrator', scope: null, seesPresence: true }
      for (const change of changes) {
        const result = outcome(() => changeRights(now, change))
        const role = change.role ?? now.role
        if (typeof result === 'string') {
          assert.match(result, /^(scope_missing|scope_not_of_role|presence_not_of_role)$/)
          const asIfAsked = { role, scope: change.scope ?? now.scope, seesPresence: change.sees_presence ?? true }
          const isEmpty = (asIfAsked.scope?.building_ids.length ?? 0) + (asIfAsked.scope?.floor_ids.length ?? 0) === 0
          assert.ok(!isSound(asIfAsked) || isEmpty || change.scope === null, 'nothing is refused without a reason')
          continue
        }
        assert.ok(isSound(result), JSON.stringify(result))
        assert.equal(result.role, role)
        if (change.scope) assert.deepEqual(result.scope, change.scope)
        if (change.sees_presence !== undefined) assert.equal(result.seesPresence, change.sees_presence)
        now = result
      }
    }),
  )
})

const oneBuilding = { building_ids: [1], floor_ids: [] }
const oneFloor = { building_ids: [], floor_ids: [1] }
const refused: [string, RightsPatch & { role: Role }, string][] = [
  ['an administrator with a scope', { role: 'administrator', scope: oneBuilding }, 'scope_not_of_role'],
  [
    'an administrator who does not see presence',
    { role: 'administrator', sees_presence: false },
    'presence_not_of_role',
  ],
  ['a manager without a scope', { role: 'manager' }, 'scope_missing'],
  ['a viewer of everything', { role: 'viewer', scope: null }, 'scope_missing'],
  ['a viewer of nothing', { role: 'viewer', scope: { building_ids: [], floor_ids: [] } }, 'scope_missing'],
  ['a technician of a floor', { role: 'technician', scope: oneFloor }, 'scope_not_of_role'],
]
for (const [what, input, code] of refused)
  test(`${what} is refused`, () =>
    assert.equal(
      outcome(() => newRights(input)),
      code,
    ))

test('who is no longer administrator no longer sees presence, unless it is said', () => {
  const now: Rights = { role: 'administrator', scope: null, seesPresence: true }
  const change = { role: 'manager', scope: oneBuilding } as const
  assert.equal(changeRights(now, change).seesPresence, false)
  assert.equal(changeRights(now, { ...change, sees_presence: true }).seesPresence, true)
})

test('a viewer of a floor becomes technician only with whole buildings', () => {
  const viewer = newRights({ role: 'viewer', scope: oneFloor })
  assert.equal(
    outcome(() => changeRights(viewer, { role: 'technician' })),
    'scope_not_of_role',
  )
  assert.deepEqual(changeRights(viewer, { role: 'technician', scope: oneBuilding }).scope, oneBuilding)
})

test('a scope that ran empty keeps nobody from changing something else', () => {
  const left: Rights = { role: 'viewer', scope: { building_ids: [], floor_ids: [] }, seesPresence: false }
  assert.deepEqual(changeRights(left, { sees_presence: true }), { ...left, seesPresence: true })
})
