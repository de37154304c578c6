import { randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import type { App, Clock, Log, Tables } from '#platform'
import type { Principal } from './access.ts'
import { createAdministrators } from './administrator.ts'
import { createDeviceCookies } from './device-cookie.ts'
import { guard } from './guard.ts'
import { createKeys } from './keys.ts'
import { keyRoutes } from './key-routes.ts'
import { sessionRoutes } from './session-routes.ts'
import { createSessions } from './sessions.ts'
import { createSignIn, type SessionLife, sessionCookieName } from './sign-in.ts'
import { createStore } from './store.ts'
import { createThrottle } from './throttle.ts'
import { createThrottleStore } from './throttle-store.ts'

export {
  type Action,
  can,
  floorsWithin,
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
export { callerOf, personOf } from './guard.ts'
export { buildingWithinScope, withinScope } from './scope-store.ts'
export { generatePassword, type SessionLife } from './sign-in.ts'
export type { Attempt, Attempted, Throttle } from './throttle.ts'
export type Auth = Awaited<ReturnType<typeof createAuth>>

export interface AuthSettings {
  db: Kysely<Tables>
  log: Log
  clock: Clock
  /** The address people use; null: the process's own. */
  publicUrl: string | null
  address: string
  sessionLife: SessionLife
}

/** Who people and gateways are, and what they may do. */
export async function createAuth({ db, log, clock, sessionLife, ...addresses }: AuthSettings) {
  const store = createStore(db)
  const newSecret = () => randomBytes(32).toString('base64url')
  const secret = await store.secret('session_cookies', newSecret)
  const throttleSecret = await store.secret('sign_in_throttle', newSecret)
  const publicUrl = addresses.publicUrl ?? addresses.address
  const overTls = publicUrl.startsWith('https:')
  const signIn = await createSignIn({ db, secret, publicUrl, life: sessionLife, isDisabled: store.isDisabled })
  const sessions = createSessions({ signIn, store, maxS: sessionLife.maxS })
  const throttle = createThrottle({ store: createThrottleStore(db), secret: throttleSecret, clock })
  const devices = createDeviceCookies({ secret: throttleSecret, overTls })
  const keys = createKeys({ store, log })

  const identify = async ({ headers }: FastifyRequest): Promise<Principal | null> => {
    if (headers.authorization === undefined) return sessions.of(headers.cookie)
    const [, key] = /^Bearer +(\S+) *$/i.exec(headers.authorization) ?? []
    return keys.identify(key ?? '')
  }

  return {
    keys,
    administrators: createAdministrators({ store, signIn }),
    /** For whatever else can be guessed: codes, tokens of links. */
    throttle,
    dropExpiredSessions: async (): Promise<void> => {
      await store.dropExpiredSessions(sessionLife.maxS)
      await throttle.dropEnded()
    },
    sessionCookieName: sessionCookieName(overTls),
    /** Before any route is added. */
    guard: (app: App) => guard(app, identify, () => addresses.publicUrl && new URL(addresses.publicUrl).origin),
    routes: (app: App): void => {
      sessionRoutes(app, { signIn, sessions, throttle, devices })
      keyRoutes(app, keys)
    },
  }
}
