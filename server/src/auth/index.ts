import { randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import type { Audit } from '#audit'
import type { App, Log, Tables } from '#platform'
import type { Principal } from './access.ts'
import { guard } from './guard.ts'
import { createKeys } from './keys.ts'
import { keyRoutes } from './key-routes.ts'
import { createLibrary } from './library.ts'
import { ownSessionRoutes } from './own-session-routes.ts'
import { createPasswords } from './passwords.ts'
import { sessionRoutes } from './session-routes.ts'
import { createSessionStore } from './session-store.ts'
import { createSessions } from './sessions.ts'
import { createSignIn } from './sign-in.ts'
import { createStore } from './store.ts'

export {
  type Action,
  can,
  type KeyInUse,
  type Person,
  type Principal,
  type Scope,
  scopeOf,
  type Where,
} from './access.ts'
export { byOf } from './by.ts'
export { callerOf, personOf } from './guard.ts'
export type { Passwords } from './passwords.ts'
export { buildingWithinScope, withinScope } from './scope-store.ts'
export { generatePassword } from './sign-in.ts'
export type Auth = Awaited<ReturnType<typeof createAuth>>

/** Who people and gateways are, and what they may do. */
export async function createAuth(options: {
  db: Kysely<Tables>
  audit: Audit
  log: Log
  publicUrl: string | null
  address: string
  /** Told once a minute of a person who is there. */
  onSeen: (personId: string) => Promise<void>
}) {
  const { db, log, onSeen } = options
  const { refusals } = options.audit
  const store = createStore(db)
  const sessionStore = createSessionStore(db)
  const secret = await store.secret('session_cookies', () => randomBytes(32).toString('base64url'))
  const publicUrl = options.publicUrl ?? options.address
  const signIn = createSignIn({ db, secret, publicUrl, isDisabled: store.isDisabled })
  const sessions = createSessions({ signIn, store, sessionStore, log, onSeen })
  const library = createLibrary({ signIn, sessions, sessionStore, refusals })
  const keys = createKeys({ store, log })

  const identify = async ({ headers }: FastifyRequest): Promise<Principal | null> => {
    if (headers.authorization === undefined) return sessions.of(headers.cookie)
    const [, key] = /^Bearer +(\S+) *$/i.exec(headers.authorization) ?? []
    return keys.identify(key ?? '')
  }

  return {
    keys,
    passwords: createPasswords({ store, signIn }),
    sessions: { idOf: sessions.idOf, open: library.signIn, endAll: store.endSessions },
    dropExpiredSessions: store.dropExpiredSessions,
    /** Before any route is added. */
    guard: (app: App) => guard(app, identify, () => options.publicUrl && new URL(options.publicUrl).origin, refusals),
    routes: (app: App): void => {
      sessionRoutes(app, { library, sessions })
      ownSessionRoutes(app, { sessionStore, sessions })
      keyRoutes(app, keys)
    },
  }
}
