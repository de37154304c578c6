import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import type { Audit } from '#audit'
import {
  type App,
  type Clock,
  createLastUses,
  type LastUse,
  type Log,
  type Metrics,
  type Redis,
  type Tables,
} from '#platform'
import { can, type Person, type Principal } from './access.ts'
import { createAccessChanges } from './access-changes.ts'
import { createAccessChangeStore } from './access-change-store.ts'
import { createDeviceCookies } from './device-cookie.ts'
import { authErrors } from './errors.ts'
import { gatewayKeyRoutes } from './gateway-key-routes.ts'
import { guard } from './guard.ts'
import { createHolderMemory } from './holder-memory.ts'
import { createHolderStore, type Holder } from './holder-store.ts'
import { createKeys } from './keys.ts'
import { keyRoutes } from './key-routes.ts'
import { createEntrance } from './entrance.ts'
import { removeIdentities } from './identity-store.ts'
import { createKeyStore } from './key-store.ts'
import { createLibrary } from './library.ts'
import { createOpenidProvider, type ProviderSettings } from './openid-provider.ts'
import { ownSessionRoutes } from './own-session-routes.ts'
import { createPasswords } from './passwords.ts'
import { createSessionCookies } from './session-cookie.ts'
import { createSessionMemory } from './session-memory.ts'
import { sessionRoutes } from './session-routes.ts'
import { createSessionStore } from './session-store.ts'
import { createSessions } from './sessions.ts'
import { createSignIn, type SessionLife, sessionCookieName } from './sign-in.ts'
import { createStore } from './store.ts'
import { createThrottle } from './throttle.ts'
import { createThrottleStore } from './throttle-store.ts'
import { singleSignOnRoutes } from './single-sign-on-routes.ts'
import { createSingleSignOn } from './single-sign-on.ts'
import { createTwoFactor } from './two-factor.ts'
import { twoFactorRoutes } from './two-factor-routes.ts'
import { createTwoFactorStore } from './two-factor-store.ts'

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
export type { ProviderSettings } from './openid-provider.ts'
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
  metrics: Metrics
  /** Where sessions are remembered for all instances; null: each for itself. */
  redis: Redis | null
  /** How old what is remembered of a person may be; 0: every request asks. */
  rightsMaxAgeMs: number
  /** The address people use; null: the process's own. */
  publicUrl: string | null
  address: string
  sessionLife: SessionLife
  /** null: people sign in with passwords only. */
  openid: ProviderSettings | null
  /** Told of every request of a person. */
  onSeen: (personId: string) => void
}

/** Exact enough for "last used". */
const lastUsesEveryMs = 60_000

/** Who people and gateways are, and what they may do. */
export async function createAuth(settings: AuthSettings) {
  const { db, audit, log, clock, metrics, redis, rightsMaxAgeMs, sessionLife, openid, onSeen, ...addresses } = settings
  const { refusals } = audit
  const store = createStore(db)
  const sessionStore = createSessionStore(db)
  const holderStore = createHolderStore(db)
  const newSecret = () => randomBytes(32).toString('base64url')
  const secret = await store.secret('session_cookies', newSecret)
  const throttleSecret = await store.secret('sign_in_throttle', newSecret)
  const publicUrl = addresses.publicUrl ?? addresses.address
  const overTls = publicUrl.startsWith('https:')
  const twoFactorSecret = await store.secret('two_factor', newSecret)
  const steps = createTwoFactorStore(db)
  const { isDisabled, endSessions } = store
  const signIn = await createSignIn({
    db,
    secret,
    publicUrl,
    life: sessionLife,
    isDisabled,
    hasSecondFactor: steps.isEnabled,
  })
  const { maxS } = sessionLife
  const changeStore = createAccessChangeStore(db)
  const changes = createAccessChanges({ store: changeStore, maxAgeMs: rightsMaxAgeMs })
  const holderMemory = createHolderMemory({ changes, read: (holders) => holderStore.read(holders, maxS) })
  const memory = createSessionMemory({ redis, secret, changes, metrics, read: sessionStore.read })
  const cookies = createSessionCookies({ secret, name: sessionCookieName(overTls) })
  const lastUsesOf = <Id>(what: string, write: (uses: readonly LastUse<Id>[]) => Promise<void>) =>
    createLastUses({ everyMs: lastUsesEveryMs, write, what, log })
  const sessionUses = lastUsesOf('sessions', sessionStore.noteLastUses)
  const sessions = createSessions({
    cookies,
    memory,
    changes,
    store,
    sessionStore,
    lastUses: sessionUses,
    onSeen,
    maxS,
  })
  const throttle = createThrottle({ store: createThrottleStore(db), secret: throttleSecret, clock })
  const devices = createDeviceCookies({ secret: throttleSecret, overTls })
  const passwords = createPasswords({ store, signIn, throttle })
  const library = createLibrary({ signIn, sessions })
  const twoFactor = createTwoFactor({ store: steps, endSessions, passwords, throttle, secret: twoFactorSecret, clock })
  const entrance = createEntrance({
    library,
    store,
    steps,
    sessionStore,
    twoFactor,
    refusals,
    throttle,
    devices,
    overTls,
  })
  const provider =
    openid &&
    createOpenidProvider({
      settings: openid,
      returnUrl: `${publicUrl.replace(/\/+$/, '')}/sign-in/return`,
      secret: await store.secret('single_sign_on', newSecret),
      clock,
      log,
    })
  const singleSignOn = createSingleSignOn({ db, provider, entrance, throttle, overTls })
  const keyStore = createKeyStore(db)
  const keyUses = lastUsesOf('keys', keyStore.noteLastUses)
  const keys = createKeys({ store: keyStore, scopeOf: store.scope, lastUses: keyUses })

  const identify = async ({ headers }: FastifyRequest): Promise<Principal | null> => {
    if (headers.authorization === undefined) return sessions.of(headers.cookie)
    const [, key] = /^Bearer +(\S+) *$/i.exec(headers.authorization) ?? []
    return keys.identify(key ?? '')
  }

  return {
    keys,
    passwords,
    /** The same for all instances on this database, and for no others. */
    installationSecret: (name: string): Promise<string> => store.secret(name, newSecret),
    sessions: { idOf: sessions.idOf, open: entrance.signIn, endAll: endSessions },
    /** In the transaction of whoever does it for somebody else. */
    twoFactor: { remove: twoFactor.remove },
    identities: { remove: removeIdentities },
    /** For answers that go on for longer than a moment. */
    holders: {
      /** What a request came with. @throws not_signed_in where that has ended meanwhile */
      async of({ headers, principal }: FastifyRequest): Promise<Holder> {
        if (principal?.key) return { keyId: principal.key.keyId }
        const sessionId = await sessions.idOf(headers.cookie)
        if (sessionId === null) throw authErrors.not_signed_in()
        return { sessionId }
      },
      now: holderMemory.now,
    },
    /** Somebody's rights were changed, here or on another instance: what is remembered of them is looked at again. */
    accessChanged: (): void => {
      changes.expire()
      keys.forget()
    },
    /** For whatever else can be guessed: codes, tokens of links. */
    throttle,
    dropExpiredSessions: async (): Promise<void> => {
      await store.dropExpiredSessions(sessionLife.maxS)
      await throttle.dropEnded()
      await changeStore.dropOld()
    },
    /** When sessions and keys were last used, as far as it is not yet written. */
    flushLastUses: async (): Promise<void> => void (await Promise.all([sessionUses.flush(), keyUses.flush()])),
    sessionCookieName: sessionCookieName(overTls),
    /**
     * Whoever asks, where they may read and that is known without waiting; null says nothing. For what is answered
     * before the guard.
     */
    readerAtOnce({ headers }: IncomingMessage): Person | null {
      const person = headers.authorization === undefined ? sessions.atOnce(headers.cookie) : null
      return can(person, 'read') ? person : null
    },
    /** Before any route is added. */
    guard: (app: App) =>
      guard(app, {
        identify,
        ownOrigin: () => addresses.publicUrl && new URL(addresses.publicUrl).origin,
        refusals,
        written: changes.expire,
      }),
    routes: (app: App): void => {
      sessionRoutes(app, { library, entrance })
      twoFactorRoutes(app, { twoFactor, entrance, sessions, devices })
      singleSignOnRoutes(app, singleSignOn)
      ownSessionRoutes(app, { sessionStore, sessions })
      keyRoutes(app, keys)
      gatewayKeyRoutes(app, keys)
    },
  }
}
