import { type Static, Type } from 'typebox'
import { Closed, Nullable } from './wire.ts'

export const SignInBody = Closed({
  email: Type.String({ minLength: 3, maxLength: 254 }),
  password: Type.String({ minLength: 1, maxLength: 128 }),
})
export const SignedInUser = Type.Object({
  id: Type.String(),
  email: Type.String(),
  name: Type.String(),
})
export type SignedInUser = Static<typeof SignedInUser>

/** `user` is null when nobody is signed in. */
export const SessionAnswer = Type.Object({ user: Nullable(SignedInUser) })
