import { randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import type { Audit } from '#audit'
import type { App, Log, Tables } from '#platform'
import type { Principal } from './access.ts'
import { createAdministrators } from './administrator.ts'
import { guard } from './guard.ts'
import { createKeys } from './keys.ts'
import { keyRoutes } from './key-routes.ts'
import { sessionRoutes } from './session-routes.ts'
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
}) {
  const store = createStore(options.db)
  const { refusals } = options.audit
  const secret = await store.secret('session_cookies', () => randomBytes(32).toString('base64url'))
  const signIn = createSignIn({ db: options.db, secret, publicUrl: options.publicUrl ?? options.address })
  const sessions = createSessions({ signIn, store })
  const keys = createKeys({ store, log: options.log })

  const identify = async ({ headers }: FastifyRequest): Promise<Principal | null> => {
    if (headers.authorization === undefined) return sessions.of(headers.cookie)
    const [, key] = /^Bearer +(\S+) *$/i.exec(headers.authorization) ?? []
    return keys.identify(key ?? '')
  }

  return {
    keys,
    administrators: createAdministrators({ store, signIn }),
    dropExpiredSessions: store.dropExpiredSessions,
    /** Before any route is added. */
    guard: (app: App) => guard(app, identify, () => options.publicUrl && new URL(options.publicUrl).origin, refusals),
    routes: (app: App): void => {
      sessionRoutes(app, { signIn, sessions, store, refusals })
      keyRoutes(app, keys)
    },
  }
}
