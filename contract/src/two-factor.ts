import { type Static, Type } from 'typebox'
import { Closed, Nullable, Timestamp } from './wire.ts'

/** Spaces, dashes and case don't matter. */
const code = Type.String({ pattern: '^[ -]*(\\d[ -]*){6}$', maxLength: 20, examples: ['492039'] })
const recoveryCode = Type.String({ pattern: '^[A-Za-z0-9 -]+$', minLength: 1, maxLength: 60 })
const password = Type.String({ minLength: 1, maxLength: 128 })
const given = {
  code: Type.Optional(Type.Unsafe<string>({ ...code, description: 'Of the authenticator app' })),
  recovery_code: Type.Optional(recoveryCode),
}
const description = 'Either `code` or `recovery_code`'

export const Code = Closed({ code })
export const CodeBody = Closed(given, { minProperties: 1, maxProperties: 1, description })
export type CodeGiven = Static<typeof CodeBody>
export const PasswordBody = Closed({ password })
export const PasswordWithCode = Closed({ password, ...given }, { minProperties: 2, maxProperties: 2, description })

export const TwoFactorStatus = Type.Object({
  enabled: Type.Boolean(),
  enabled_at: Nullable(Timestamp),
  recovery_codes_left: Type.Integer(),
})
export type TwoFactorStatus = Static<typeof TwoFactorStatus>

export const TwoFactorSetup = Type.Object({
  secret: Type.String({ description: 'Base32, to be typed into the app; shown once' }),
  uri: Type.String({ description: 'The same as `otpauth:` address, for a QR code' }),
})
export type TwoFactorSetup = Static<typeof TwoFactorSetup>

export const RecoveryCodes = Type.Object({
  recovery_codes: Type.Array(Type.String(), { description: 'Each signs in once in place of a code; shown once' }),
})
export type RecoveryCodes = Static<typeof RecoveryCodes>
