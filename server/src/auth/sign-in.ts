import { randomBytes } from 'node:crypto'
import { betterAuth } from 'better-auth'
import { CamelCasePlugin, type Kysely } from 'kysely'
import type { Tables } from '#platform'

export type SignIn = ReturnType<typeof createSignIn>

/** Set by our own routes from the connection, so a caller can't choose the address it is throttled by. */
export const clientAddressHeader = 'x-plenum-client-address'

const dayS = 24 * 60 * 60

/** better-auth on our tables: e-mail and password, sessions in cookies. Accounts are made by administrators only. */
export function createSignIn(options: { db: Kysely<Tables>; secret: string; publicUrl: string }) {
  return betterAuth({
    appName: 'Plenum',
    // Without the path that a public address may have: the library would take that for the one of its own routes.
    baseURL: new URL(options.publicUrl).origin,
    basePath: '/api/auth',
    secret: options.secret,
    database: { db: options.db.withPlugin(new CamelCasePlugin()), type: 'postgres' },
    user: { modelName: 'person', additionalFields: personFields },
    session: { expiresIn: 7 * dayS, updateAge: dayS },
    account: { modelName: 'credential' },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 10, maxPasswordLength: 128 },
    rateLimit: { enabled: true, storage: 'memory', window: 60, max: 300, customRules: signInThrottle },
    advanced: {
      cookiePrefix: 'plenum',
      useSecureCookies: options.publicUrl.startsWith('https:'),
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
      ipAddress: { ipAddressHeaders: [clientAddressHeader] },
      // The guard refuses cross-site writes for every route, these included, and it knows the address in use.
      disableCSRFCheck: true,
      disableOriginCheck: true,
    },
    telemetry: { enabled: false },
    logger: { disabled: true },
    // Otherwise what fails is written to the console, past the log, and answered without its cause.
    onAPIError: { throw: true },
  })
}

/** Columns of ours that come with a session; nobody sets them through the library. */
const personFields = {
  role: { type: 'string', required: true, input: false },
  seesPresence: { type: 'boolean', required: true, input: false },
  disabledAt: { type: 'date', required: false, input: false },
} as const

/**
 * Per address. A person mistypes a few times a minute; a guesser wants thousands. The other two guess nothing, and
 * behind a proxy or in an office everybody comes from one address.
 */
const signInThrottle = {
  '/sign-in/email': { window: 60, max: 60 },
  '/get-session': false,
  '/sign-out': false,
} as const

/** 120 random bits, in groups, without characters that look alike. */
export function generatePassword(): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'
  const letters = Array.from(randomBytes(24), (byte) => alphabet[byte & 31])
  return Array.from({ length: 4 }, (_, group) => letters.slice(group * 6, group * 6 + 6).join('')).join('-')
}
