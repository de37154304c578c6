import { createHmac } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'

/** Codes of authenticator apps as all of them make them (RFC 6238): six digits, 30 s, SHA-1. */
const stepS = 30
const kind = { algorithm: 'SHA1', digits: 6, period: stepS }

/** 160 bits, as RFC 4226 recommends; base32. */
export const createCodeSecret = (): string => new Secret({ size: 20 }).base32

/** What an app reads from the picture. */
export const codeUri = (secret: string, account: string): string =>
  new TOTP({ ...kind, issuer: 'Plenum', label: account, secret: Secret.fromBase32(secret) }).toString()

/**
 * The step that a code belongs to, one before or after now included (RFC 6238, 5.2: for clocks that differ and for who
 * types slowly); null where it is of none, or of one that is not after `lastStep`: a code works once.
 */
export function stepOfCode(code: string, secret: string, lastStep: number, nowMs: number): number | null {
  const digits = code.replaceAll(/[\s-]/g, '')
  // Other digits of Unicode would count as characters and not as bytes.
  if (!/^\d{6}$/.test(digits)) return null
  const totp = new TOTP({ ...kind, secret: Secret.fromBase32(secret) })
  const delta = totp.validate({ token: digits, timestamp: nowMs, window: 1 })
  if (delta === null) return null
  const step = Math.floor(nowMs / 1_000 / stepS) + delta
  return step > lastStep ? step : null
}

const letters = 'abcdefghijkmnpqrstuvwxyz23456789'
const codeLength = 16
export const recoveryCodeCount = 10

/** 80 random bits, in groups, without characters that look alike. */
export function createRecoveryCode(random: (size: number) => Buffer): string {
  const code = Array.from(random(codeLength), (byte) => letters[byte & 31]).join('')
  return code.replaceAll(/.{4}(?=.)/g, '$&-')
}

/**
 * What is kept of one. Keyed, and with its owner: nobody can try codes on many people's hashes at once, or without the
 * key. Spaces, dashes and case don't matter.
 */
export const recoveryCodeHash = (key: string, personId: string, code: string): Buffer =>
  createHmac('sha256', key)
    .update(JSON.stringify([personId, code.toLowerCase().replaceAll(/[\s-]/g, '')]))
    .digest()
