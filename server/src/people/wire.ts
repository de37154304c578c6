import type { Invitation, Role, User } from '@plenum/contract'
import type { InvitationRow } from './link-store.ts'
import type { Rights } from './rights.ts'
import { noScope, type ScopeWithNames } from './scope-rows.ts'
import type { PersonRow } from './store.ts'

/** Rows as the API answers them. */

const rightsOnWire = (row: { role: string; sees_presence: boolean }, held: ScopeWithNames | undefined) => {
  const role = row.role as Role
  const { scope, places } = held ?? noScope
  return { role, scope: role === 'administrator' ? null : scope, places, sees_presence: row.sees_presence }
}

export const toUser = (row: PersonRow, held: ScopeWithNames | undefined): User => ({
  id: row.id,
  email: row.email,
  name: row.name,
  ...rightsOnWire(row, held),
  disabled: row.disabled_at !== null,
  two_factor: row.two_factor,
  single_sign_on: row.single_sign_on,
  last_seen_at: row.last_seen_at?.toISOString() ?? null,
  created_at: row.created_at.toISOString(),
})

export const toInvitation = (row: InvitationRow, held: ScopeWithNames | undefined): Invitation => ({
  id: row.id,
  email: row.email,
  name: row.name,
  ...rightsOnWire(row, held),
  invited_by: row.inviter,
  created_at: row.created_at.toISOString(),
  expires_at: row.expires_at.toISOString(),
  expired: row.expired,
})

/** The rights that a row and its scope say. */
export function rightsOf(row: { role: string; sees_presence: boolean }, held: ScopeWithNames | undefined): Rights {
  const { role, scope, sees_presence: seesPresence } = rightsOnWire(row, held)
  return { role, scope, seesPresence }
}
