import { type Static, Type } from 'typebox'
import { Closed, Id, Name, Nullable, Page, PageQuery, Timestamp } from './wire.ts'

/**
 * `administrator` everything; `manager` configures buildings, their alerts and reports; `technician` sees, acknowledges
 * and commissions sensors; `viewer` sees. All but the administrator within their scope.
 */
export const roles = ['administrator', 'manager', 'technician', 'viewer'] as const
export type Role = (typeof roles)[number]
export const RoleName = Type.Unsafe<Role>(Type.String({ enum: [...roles] }))
export type RoleName = Static<typeof RoleName>

/** What the sign-in takes for an address; kept and compared in lower case. */
export const emailPattern = "^[\\w'+-]+(\\.[\\w'+-]+)*(?<!')@([A-Za-z\\d][A-Za-z\\d-]*\\.)+[A-Za-z]{2,}$"
export const Email = Type.String({ maxLength: 254, pattern: emailPattern, examples: ['mori@example.com'] })

export const passwordLength = { min: 10, max: 128 }
/** Neither the e-mail nor one of the most common; see `password_is_email` and `password_common`. */
export const NewPassword = Type.String({ minLength: passwordLength.min, maxLength: passwordLength.max })

const Ids = Type.Array(Id, { maxItems: 1_000, uniqueItems: true })
/** Where a role holds: whole buildings, and for viewers single floors. */
export const ScopeInput = Closed({ building_ids: Ids, floor_ids: Ids })
export type ScopeInput = Static<typeof ScopeInput>

const GivenScope = Nullable(ScopeInput)
const SeesPresence = Type.Boolean({ description: 'Whether single sensors of motion and occupancy are shown' })

/** A building or floor of a scope, by name; `floor_name` is null for a whole building. */
export const Place = Type.Object({ building_name: Type.String(), floor_name: Nullable(Type.String()) })
export type Place = Static<typeof Place>
/** With what it is of. */
export const ScopePlace = Type.Object({ ...Place.properties, building_id: Id, floor_id: Nullable(Id) })
export type ScopePlace = Static<typeof ScopePlace>

const rights = {
  role: RoleName,
  scope: Type.Unsafe<ScopeInput | null>({ ...GivenScope, description: 'null: everywhere, as administrators' }),
  places: Type.Array(ScopePlace, { description: 'The scope by name' }),
  sees_presence: SeesPresence,
}

export const personIdPattern = '^[\\w-]{1,64}$'
export const PersonId = Type.String({ pattern: personIdPattern })
export const PersonParams = Closed({ id: PersonId })

export const User = Type.Object({
  id: PersonId,
  email: Type.String(),
  name: Type.String(),
  ...rights,
  disabled: Type.Boolean({ description: 'Nobody signs in as them' }),
  two_factor: Type.Boolean({ description: 'Gives a code at sign-in' }),
  single_sign_on: Type.Boolean({ description: 'Connected with an account at the sign-in provider' }),
  last_seen_at: Nullable(Timestamp),
  created_at: Timestamp,
})
export type User = Static<typeof User>

export const UserPatch = Closed({
  name: Type.Optional(Name),
  role: Type.Optional(RoleName),
  scope: Type.Optional(GivenScope),
  sees_presence: Type.Optional(SeesPresence),
  disabled: Type.Optional(Type.Boolean()),
})
export type UserPatch = Static<typeof UserPatch>

export const userStatuses = ['active', 'disabled'] as const
export const UserQuery = Closed({
  ...PageQuery,
  role: Type.Optional(RoleName),
  status: Type.Optional(Type.Unsafe<(typeof userStatuses)[number]>(Type.String({ enum: [...userStatuses] }))),
  text: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, format: 'text', description: 'Part of name or e-mail' }),
  ),
})
export type UserQuery = Static<typeof UserQuery>
export const UserPage = Page(User)

/** A link that is shown once, to hand over. */
const link = { url: Type.String({ description: 'Shown once' }), expires_at: Timestamp }
export const PasswordResetLink = Type.Object(link)
export type PasswordResetLink = Static<typeof PasswordResetLink>

export const InvitationInput = Closed({
  email: Email,
  name: Type.Optional(Name),
  role: RoleName,
  scope: Type.Optional(GivenScope),
  sees_presence: Type.Optional(SeesPresence),
})
export type InvitationInput = Static<typeof InvitationInput>

export const Invitation = Type.Object({
  id: Id,
  email: Type.String(),
  name: Nullable(Type.String()),
  ...rights,
  invited_by: Type.String({ description: 'Name of the administrator' }),
  created_at: Timestamp,
  expires_at: Timestamp,
  expired: Type.Boolean(),
})
export type Invitation = Static<typeof Invitation>
export const NewInvitation = Type.Object({ ...Invitation.properties, ...link })
export type NewInvitation = Static<typeof NewInvitation>
export const InvitationQuery = Closed(PageQuery)
export const InvitationPage = Page(Invitation)

/** Any text: what is no token of ours is answered like one that was used. */
export const LinkParams = Closed({ token: Type.String({ minLength: 1, maxLength: 200 }) })

/** What whoever holds the link is told. */
export const InvitationOffer = Type.Object({
  email: Type.String(),
  name: Nullable(Type.String()),
  role: RoleName,
  places: Type.Array(Place),
  invited_by: Type.String(),
  expires_at: Timestamp,
})
export type InvitationOffer = Static<typeof InvitationOffer>
export const InvitationAcceptance = Closed({ name: Name, password: NewPassword })

export const PasswordResetOffer = Type.Object({ email: Type.String(), expires_at: Timestamp })
export type PasswordResetOffer = Static<typeof PasswordResetOffer>
export const PasswordResetUse = Closed({ password: NewPassword })
