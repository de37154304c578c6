import type { Role, ScopeInput } from '@plenum/contract'
import { peopleErrors } from './errors.ts'

/** What a person may do, whole and without contradictions. */
export interface Rights {
  role: Role
  /** null: everywhere, and only then. */
  scope: ScopeInput | null
  seesPresence: boolean
}

export interface RightsPatch {
  role?: Role
  scope?: ScopeInput | null
  sees_presence?: boolean
}

const isEmpty = ({ building_ids, floor_ids }: ScopeInput): boolean => building_ids.length + floor_ids.length === 0

/**
 * What a person may do after a change: the rules that go across fields. Pure.
 * @throws scope_missing, scope_not_of_role, presence_not_of_role
 */
export function changeRights(now: Rights, patch: RightsPatch): Rights {
  const role = patch.role ?? now.role
  if (role === 'administrator') {
    if (patch.scope) throw peopleErrors.scope_not_of_role('Administrators have no scope: they may everywhere.')
    if (patch.sees_presence === false) throw peopleErrors.presence_not_of_role()
    return { role, scope: null, seesPresence: true }
  }
  // Whoever was administrator saw everything because of that, which is no reason to go on.
  const seesPresence = patch.sees_presence ?? (now.role === 'administrator' ? false : now.seesPresence)
  const isAsked = patch.role !== undefined || patch.scope !== undefined
  const scope = (patch.scope === undefined ? now.scope : patch.scope) ?? { building_ids: [], floor_ids: [] }
  // A scope that ran empty because its building was deleted is no reason to refuse another name.
  if (isAsked && isEmpty(scope)) throw peopleErrors.scope_missing('Name at least one building or floor in scope.')
  if (isAsked && role !== 'viewer' && scope.floor_ids.length > 0)
    throw peopleErrors.scope_not_of_role('Only viewers have single floors; the others have whole buildings.')
  return { role, scope, seesPresence }
}

/** @throws as changeRights */
export const newRights = ({ role, ...given }: RightsPatch & { role: Role }): Rights =>
  changeRights({ role, scope: null, seesPresence: false }, { role, ...given })
