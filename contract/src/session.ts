import { type Static, Type } from 'typebox'
import { RoleName } from './people.ts'
import { preferences } from './profile.ts'
import { Closed, Nullable } from './wire.ts'

export const SignInBody = Closed({
  email: Type.String({ minLength: 3, maxLength: 254 }),
  password: Type.String({ minLength: 1, maxLength: 128 }),
})
export const SignedInUser = Type.Object({
  id: Type.String(),
  email: Type.String(),
  name: Type.String(),
  role: RoleName,
  sees_presence: Type.Boolean({ description: 'Whether single sensors of motion and occupancy are shown' }),
  ...preferences,
})
export type SignedInUser = Static<typeof SignedInUser>

/** `user` is null when nobody is signed in. */
export const SessionAnswer = Type.Object({ user: Nullable(SignedInUser) })
