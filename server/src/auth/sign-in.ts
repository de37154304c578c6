import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import { type BetterAuthOptions, betterAuth } from 'better-auth'
import { APIError, createAuthEndpoint } from 'better-auth/api'
import { setSessionCookie } from 'better-auth/cookies'
import { getAdapter } from 'better-auth/db/adapter'
import { CamelCasePlugin, type Kysely } from 'kysely'
import type { Tables } from '#platform'
import { hashTokens } from './hashed-tokens.ts'

export type SignIn = Awaited<ReturnType<typeof createSignIn>>

/** Set by our own routes from the connection: a caller must not choose the address in its session. */
export const clientAddressHeader = 'x-plenum-client-address'

/** How long a session lives. */
export interface SessionLife {
  /** Unless it is used. */
  idleS: number
  /** However much it is used. */
  maxS: number
}

interface SignInSettings {
  db: Kysely<Tables>
  secret: string
  publicUrl: string
  life: SessionLife
  isDisabled(userId: string): Promise<boolean>
  /** Whether they have to give a code as well. */
  hasSecondFactor(userId: string): Promise<boolean>
}

/** Said by the library in place of a session, in `code` of the problem and `personId`. */
export const secondFactorMissing = 'SECOND_FACTOR_MISSING'

const dayS = 24 * 60 * 60

/** Behind https the browser itself sees to it that only this host, by https, has set the cookie (RFC 6265bis, __Host-). */
export const sessionCookieName = (overTls: boolean): string => `${overTls ? '__Host-' : ''}plenum.session_token`

/** Who has proven all that is asked of them, while their session is opened. */
const allProven = new AsyncLocalStorage<string>()

/** Opens a session for a person without asking anything: see `openSession` below. */
const sessionOpener = {
  id: 'plenum-session-opener',
  endpoints: {
    openSession: createAuthEndpoint.serverOnly({ method: 'POST' }, async (context) => {
      const { internalAdapter } = context.context
      const personId = allProven.getStore()
      if (personId === undefined) throw new APIError('UNAUTHORIZED')
      const session = await internalAdapter.createSession(personId)
      const user = await internalAdapter.findUserById(personId)
      if (!session || !user) throw new APIError('UNAUTHORIZED')
      await setSessionCookie(context, { session, user })
      return context.json({ user })
    }),
  },
}

/** better-auth on our tables: e-mail and password, sessions in cookies. Accounts are made by administrators only. */
export async function createSignIn(settings: SignInSettings) {
  const { publicUrl, life, isDisabled, hasSecondFactor } = settings
  const overTls = publicUrl.startsWith('https:')
  const options = {
    appName: 'Plenum',
    // Without the path that a public address may have: the library would take that for the one of its own routes.
    baseURL: new URL(publicUrl).origin,
    basePath: '/api/auth',
    secret: settings.secret,
    user: { modelName: 'person', additionalFields: personFields },
    session: { expiresIn: life.idleS, updateAge: Math.min(dayS, Math.floor(life.idleS / 8)) },
    account: { modelName: 'credential' },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 10, maxPasswordLength: 128 },
    // It counts by address, a process alone; ours (throttle.ts) stands before it.
    rateLimit: { enabled: false },
    databaseHooks: {
      session: {
        create: {
          before: async ({ userId }) => {
            // Answered as if the password were wrong: that somebody is disabled is nobody's business.
            if (await isDisabled(userId)) return false
            // Whatever way the library opens sessions by: none goes past this.
            if (allProven.getStore() !== userId && (await hasSecondFactor(userId)))
              throw new APIError('FORBIDDEN', { code: secondFactorMissing, personId: userId })
            return
          },
        },
        update: {
          before: async (changed, context) => {
            const { createdAt } = context?.context.session?.session ?? {}
            if (!changed.expiresAt || !createdAt) return
            const endsAtMs = Math.min(changed.expiresAt.getTime(), new Date(createdAt).getTime() + life.maxS * 1_000)
            return { data: { expiresAt: new Date(endsAtMs) } }
          },
        },
      },
    },
    advanced: {
      // The library's own prefix would be __Secure-, which a sibling host may set too.
      useSecureCookies: false,
      cookiePrefix: 'plenum',
      cookies: { session_token: { name: sessionCookieName(overTls) } },
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/', secure: overTls },
      ipAddress: { ipAddressHeaders: [clientAddressHeader] },
      // The guard refuses cross-site writes for every route, these included, and it knows the address in use.
      disableCSRFCheck: true,
      disableOriginCheck: true,
    },
    plugins: [sessionOpener],
    telemetry: { enabled: false },
    logger: { disabled: true },
    // Otherwise what fails is written to the console, past the log, and answered without its cause.
    onAPIError: { throw: true },
  } satisfies BetterAuthOptions
  const database = { db: settings.db.withPlugin(new CamelCasePlugin()), type: 'postgres' } as const
  const adapter = hashTokens(await getAdapter({ ...options, database }))
  const library = betterAuth({ ...options, database: () => adapter })
  return {
    ...library,
    /** For whoever has proven all that is asked of them. @param headers of the browser; of them address and name are kept */
    openSession: (headers: Headers, personId: string): Promise<Response> =>
      allProven.run(personId, () => library.api.openSession({ headers, asResponse: true })),
  }
}

/** Columns of ours that come with a session; nobody sets them through the library. */
const personFields = {
  role: { type: 'string', required: true, input: false },
  seesPresence: { type: 'boolean', required: true, input: false },
  disabledAt: { type: 'date', required: false, input: false },
  locale: { type: 'string', required: false, input: false },
  timeZone: { type: 'string', required: false, input: false },
  theme: { type: 'string', required: true, input: false },
  units: { type: 'string', required: true, input: false },
} as const

/** 120 random bits, in groups, without characters that look alike. */
export function generatePassword(): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'
  const letters = Array.from(randomBytes(24), (byte) => alphabet[byte & 31])
  return Array.from({ length: 4 }, (_, group) => letters.slice(group * 6, group * 6 + 6).join('')).join('-')
}
