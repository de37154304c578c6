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

/** The password is right, and nobody is signed in yet: `POST /api/auth/two-factor/verify` takes the code. */
export const TwoFactorRequired = Type.Object({ two_factor_required: Type.Literal(true) })
export const SignInAnswer = Type.Union([Type.Object({ user: SignedInUser }), TwoFactorRequired])
export type SignInAnswer = Static<typeof SignInAnswer>

/** `user` is null when nobody is signed in. */
export const SessionAnswer = Type.Object({ user: Nullable(SignedInUser) })
