import { type Static, Type } from 'typebox'
import { SignedInUser, TwoFactorRequired } from './session.ts'
import { Closed, Nullable } from './wire.ts'

/** Ways to sign in, as the environment says. */
export const SignInWays = Type.Object({
  single_sign_on: Nullable(Type.Object({ name: Type.String({ description: 'Of the provider, for people' }) })),
})
export type SignInWays = Static<typeof SignInWays>

/** An address of this site: browsers take backslashes for slashes, and drop tabs and line ends. */
const next = Type.String({ maxLength: 2_000, pattern: '^/([^/\\\\\\x00-\\x20][^\\\\\\x00-\\x1f]*)?$' })

export const SingleSignOnBegin = Closed({
  next: Type.Optional(Type.Unsafe<string>({ ...next, description: 'Where to go after signing in; told again then' })),
})
export const SingleSignOnStart = Type.Object({ url: Type.String({ description: 'Of the provider, to go to' }) })
export type SingleSignOnStart = Static<typeof SingleSignOnStart>

export const SingleSignOnFinish = Closed({
  search: Type.String({ maxLength: 8_000, description: 'What the provider added to the address, from `?` on' }),
})
export const SingleSignOnAnswer = Type.Union([
  Type.Object({ user: SignedInUser, next: Type.String() }),
  Type.Object({ ...TwoFactorRequired.properties, next: Type.String() }),
])
export type SingleSignOnAnswer = Static<typeof SingleSignOnAnswer>
