import type { Role } from '@plenum/contract'
import { LRUCache } from 'lru-cache'
import type { By } from '#audit'
import { commonErrors, type Log } from '#platform'
import type { Person } from './access.ts'
import type { PersonNamed } from './by.ts'
import type { SessionStore } from './session-store.ts'
import type { SignIn } from './sign-in.ts'
import type { AuthStore } from './store.ts'

export type Sessions = ReturnType<typeof createSessions>

interface SessionContext {
  signIn: SignIn
  store: AuthStore
  sessionStore: SessionStore
  log: Log
  /** The longest life of a session, in seconds. */
  maxS: number
  /** Told once a minute of a session in use. */
  onSeen: (personId: string) => Promise<void>
}

/** What the library finds, as it is or as JSON. */
interface Found {
  session: { createdAt: Date | string }
  user: { disabledAt?: Date | string | null | undefined }
}

/** Once a minute is exact enough for "last used", and a write per request would cost more than the request. */
const touchEveryMs = 60_000

/** Who a session cookie belongs to. */
export function createSessions({ signIn, store, sessionStore, log, maxS, onSeen }: SessionContext) {
  const touched = new LRUCache<string, true>({ max: 10_000, ttl: touchEveryMs })

  /** The library hides what went wrong; the database itself tells whether it is away. */
  const whyFailed = async (error: unknown): Promise<unknown> =>
    store.ping().then(
      () => error,
      (outage: unknown) => outage,
    )

  /** @returns null for no cookie, and for one that is expired, revoked or not ours */
  const find = async (cookie: string | undefined) => {
    if (cookie === undefined) return null
    try {
      // Prolonged where the answer can carry the new cookie, in get-session: here it would live on in the database only.
      return await signIn.api.getSession({ headers: new Headers({ cookie }), query: { disableRefresh: true } })
    } catch (error) {
      throw await whyFailed(error)
    }
  }

  /** Nobody waits for it. */
  const touch = (sessionId: string, personId: string): void => {
    if (touched.has(sessionId)) return
    touched.set(sessionId, true)
    Promise.all([sessionStore.touch(sessionId), onSeen(personId)]).catch((error) =>
      log.warn({ err: error }, 'last use of a session not noted'),
    )
  }

  /**
   * What the library does not know: a longest life, and people who are disabled. That it prolongs no session beyond
   * the limit is not enough: the limit may have been another one then.
   */
  const holds = ({ session, user }: Found): boolean =>
    !user.disabledAt && new Date(session.createdAt).getTime() + maxS * 1_000 > Date.now()

  /**
   * With the rights of this moment: a role that was changed holds for the next request.
   * @returns null for no cookie, and for one that is expired, revoked, not ours, or of somebody who is disabled
   */
  const of = async (cookie: string | undefined): Promise<Person | null> => {
    const found = await find(cookie)
    if (!found || !holds(found)) return null
    touch(found.session.id, found.user.id)
    const { id: userId, email, name, seesPresence } = found.user
    const role = found.user.role as Role
    const scope = await store.scope(userId, role)
    return { kind: 'user', userId, email, name, role, seesPresence, scope, key: null }
  }

  return {
    whyFailed,
    holds,
    of,

    /** Which of a person's sessions the cookie is; null for a cookie that opens none. */
    idOf: async (cookie: string | undefined): Promise<string | null> => (await find(cookie))?.session.id ?? null,

    /**
     * Ends the session of a cookie, if there is one.
     * @param by made of whose it is
     */
    async end(cookie: string | undefined, by: (person: PersonNamed) => By): Promise<void> {
      const found = await find(cookie)
      if (found) await sessionStore.signOut(found.session.id, by(found.user))
    },

    /** @throws database_unavailable where it could not be ended: the library says it is done even then */
    async assertEnded(cookie: string | undefined): Promise<void> {
      if (await of(cookie)) throw commonErrors.database_unavailable({ retryAfterS: 2 })
    },
  }
}
