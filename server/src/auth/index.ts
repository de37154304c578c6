import { randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import type { Audit } from '#audit'
import type { App, Clock, Log, Tables } from '#platform'
import type { Principal } from './access.ts'
import { createDeviceCookies } from './device-cookie.ts'
import { authErrors } from './errors.ts'
import { guard } from './guard.ts'
import { createHolderStore, type Holder } from './holder-store.ts'
import { createKeys } from './keys.ts'
import { keyRoutes } from './key-routes.ts'
import { createLibrary } from './library.ts'
import { ownSessionRoutes } from './own-session-routes.ts'
import { createPasswords } from './passwords.ts'
import { sessionRoutes } from './session-routes.ts'
import { createSessionStore } from './session-store.ts'
import { createSessions } from './sessions.ts'
import { createSignIn, type SessionLife, sessionCookieName } from './sign-in.ts'
import { createStore } from './store.ts'
import { createThrottle } from './throttle.ts'
import { createThrottleStore } from './throttle-store.ts'

export {
  type Action,
  can,
  floorsWithin,
  hasSameRights,
  type KeyInUse,
  type Person,
  type Principal,
  type Scope,
  scopeOf,
  sees,
  seesPresence,
  showsKind,
  type Where,
} from './access.ts'
export { byOf } from './by.ts'
export { callerOf, personOf } from './guard.ts'
export { type Holder, holderName } from './holder-store.ts'
export type { Passwords } from './passwords.ts'
export { buildingWithinScope, withinScope } from './scope-store.ts'
export { generatePassword, type SessionLife } from './sign-in.ts'
export type { Attempt, Attempted, Throttle } from './throttle.ts'
export type Auth = Awaited<ReturnType<typeof createAuth>>

export interface AuthSettings {
  db: Kysely<Tables>
  audit: Audit
  log: Log
  clock: Clock
  /** The address people use; null: the process's own. */
  publicUrl: string | null
  address: string
  sessionLife: SessionLife
  /** Told once a minute of a person who is there. */
  onSeen: (personId: string) => Promise<void>
}

/** Who people and gateways are, and what they may do. */
export async function createAuth({ db, audit, log, clock, sessionLife, onSeen, ...addresses }: AuthSettings) {
  const { refusals } = audit
  const store = createStore(db)
  const sessionStore = createSessionStore(db)
  const holderStore = createHolderStore(db)
  const newSecret = () => randomBytes(32).toString('base64url')
  const secret = await store.secret('session_cookies', newSecret)
  const throttleSecret = await store.secret('sign_in_throttle', newSecret)
  const publicUrl = addresses.publicUrl ?? addresses.address
  const overTls = publicUrl.startsWith('https:')
  const signIn = await createSignIn({ db, secret, publicUrl, life: sessionLife, isDisabled: store.isDisabled })
  const sessions = createSessions({ signIn, store, sessionStore, log, onSeen, maxS: sessionLife.maxS })
  const throttle = createThrottle({ store: createThrottleStore(db), secret: throttleSecret, clock })
  const devices = createDeviceCookies({ secret: throttleSecret, overTls })
  const library = createLibrary({ signIn, sessions, sessionStore, refusals, throttle, devices })
  const keys = createKeys({ store, log })

  const identify = async ({ headers }: FastifyRequest): Promise<Principal | null> => {
    if (headers.authorization === undefined) return sessions.of(headers.cookie)
    const [, key] = /^Bearer +(\S+) *$/i.exec(headers.authorization) ?? []
    return keys.identify(key ?? '')
  }

  return {
    keys,
    passwords: createPasswords({ store, signIn, throttle }),
    sessions: { idOf: sessions.idOf, open: library.signIn, endAll: store.endSessions },
    /** For answers that go on for longer than a moment. */
    holders: {
      /** What a request came with. @throws not_signed_in where that has ended meanwhile */
      async of({ headers, principal }: FastifyRequest): Promise<Holder> {
        if (principal?.key) return { keyId: principal.key.keyId }
        const sessionId = await sessions.idOf(headers.cookie)
        if (sessionId === null) throw authErrors.not_signed_in()
        return { sessionId }
      },
      /** Who they are now, by `holderName`; whoever has nothing any more is left out. */
      now: (holders: readonly Holder[]) => holderStore.read(holders, sessionLife.maxS),
    },
    /** For whatever else can be guessed: codes, tokens of links. */
    throttle,
    dropExpiredSessions: async (): Promise<void> => {
      await store.dropExpiredSessions(sessionLife.maxS)
      await throttle.dropEnded()
    },
    sessionCookieName: sessionCookieName(overTls),
    /** Before any route is added. */
    guard: (app: App) =>
      guard(app, identify, () => addresses.publicUrl && new URL(addresses.publicUrl).origin, refusals),
    routes: (app: App): void => {
      sessionRoutes(app, library)
      ownSessionRoutes(app, { sessionStore, sessions })
      keyRoutes(app, keys)
    },
  }
}
