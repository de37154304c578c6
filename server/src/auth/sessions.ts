import type { By } from '#audit'
import { commonErrors, type LastUses } from '#platform'
import type { AccessChanges } from './access-changes.ts'
import type { Person } from './access.ts'
import type { PersonNamed } from './by.ts'
import type { createSessionCookies } from './session-cookie.ts'
import type { SessionFound, SessionMemory } from './session-memory.ts'
import type { SessionStore } from './session-store.ts'
import type { AuthStore } from './store.ts'

export type Sessions = ReturnType<typeof createSessions>

interface SessionContext {
  cookies: ReturnType<typeof createSessionCookies>
  memory: SessionMemory
  changes: Pick<AccessChanges, 'expire'>
  store: Pick<AuthStore, 'ping'>
  sessionStore: SessionStore
  /** The longest life of a session, in seconds. */
  maxS: number
  /** Of sessions, by their ids. */
  lastUses: LastUses<string>
  /** Told of every request of a person. */
  onSeen: (personId: string) => void
}

/** What the library answers. */
interface Answered {
  session: { createdAt: string }
  user: { disabledAt: string | null }
}

/** Who a session cookie belongs to. */
export function createSessions(context: SessionContext) {
  const { cookies, memory, changes, store, sessionStore, lastUses, maxS, onSeen } = context

  const running = (found: SessionFound | null): SessionFound | null =>
    found && found.expiresAtMs > Date.now() && isYoung(found.createdAtMs) ? found : null

  /** The library hides what went wrong; the database itself tells whether it is away. */
  const whyFailed = async (error: unknown): Promise<unknown> =>
    store.ping().then(
      () => error,
      (outage: unknown) => outage,
    )

  /** @returns null for no cookie, and for one that is expired, revoked, not ours, or of somebody who is disabled */
  const find = async (cookie: string | undefined): Promise<SessionFound | null> => {
    const hash = cookies.hashOf(cookie)
    if (hash === null) return null
    return running(await memory.find(hash))
  }

  /** That no session is prolonged beyond the limit is not enough: the limit may have been another one then. */
  const isYoung = (createdAtMs: number): boolean => createdAtMs + maxS * 1_000 > Date.now()

  /** What the library does not know of one that it found: the longest life, and people who are disabled. */
  const holds = ({ session, user }: Answered): boolean =>
    !user.disabledAt && isYoung(new Date(session.createdAt).getTime())

  /**
   * With the rights of this moment, or of a second ago where another instance changed them.
   * @returns null for no cookie, and for one that is expired, revoked, not ours, or of somebody who is disabled
   */
  const of = async (cookie: string | undefined): Promise<Person | null> => {
    const found = await find(cookie)
    return found && used(found)
  }
  const used = (found: SessionFound): Person => {
    lastUses.note(found.id)
    onSeen(found.person.userId)
    return { kind: 'user', ...found.person, key: null }
  }

  return {
    whyFailed,
    /** Before it is shown. */
    flushLastUses: lastUses.flush,
    holds,
    of,

    /** What `of` would answer without waiting; null where it would wait, too. */
    atOnce(cookie: string | undefined): Person | null {
      const hash = cookies.hashOf(cookie)
      const found = hash && running(memory.held(hash))
      return found ? used(found) : null
    },

    /** Which of a person's sessions the cookie is; null for a cookie that opens none. */
    idOf: async (cookie: string | undefined): Promise<string | null> => (await find(cookie))?.id ?? null,

    /**
     * Ends the session of a cookie, if there is one.
     * @param by made of whose it is
     */
    async end(cookie: string | undefined, by: (person: PersonNamed) => By): Promise<void> {
      const found = await find(cookie)
      if (!found) return
      const { userId, name, email } = found.person
      await sessionStore.signOut(found.id, by({ id: userId, name, email }))
    },

    /** @throws database_unavailable where it could not be ended: the library says it is done even then */
    async assertEnded(cookie: string | undefined): Promise<void> {
      changes.expire()
      if (await of(cookie)) throw commonErrors.database_unavailable({ retryAfterS: 2 })
    },
  }
}
