import type { Role } from '@plenum/contract'
import { commonErrors } from '#platform'
import type { Person } from './access.ts'
import type { SignIn } from './sign-in.ts'
import type { AuthStore } from './store.ts'

export type Sessions = ReturnType<typeof createSessions>

/** What the library finds, as it is or as JSON. */
interface Found {
  session: { createdAt: Date | string }
  user: { disabledAt?: Date | string | null | undefined }
}

/** Who a session cookie belongs to. */
export function createSessions({ signIn, store, maxS }: { signIn: SignIn; store: AuthStore; maxS: number }) {
  /** The library hides what went wrong; the database itself tells whether it is away. */
  const whyFailed = async (error: unknown): Promise<unknown> =>
    store.ping().then(
      () => error,
      (outage: unknown) => outage,
    )

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
    if (cookie === undefined) return null
    let session: Awaited<ReturnType<typeof signIn.api.getSession>>
    try {
      // Prolonged where the answer can carry the new cookie, in get-session: here it would live on in the database only.
      session = await signIn.api.getSession({ headers: new Headers({ cookie }), query: { disableRefresh: true } })
    } catch (error) {
      throw await whyFailed(error)
    }
    if (!session || !holds(session)) return null
    const { id: userId, email, name, seesPresence } = session.user
    const role = session.user.role as Role
    const scope = await store.scope(userId, role)
    return { kind: 'user', userId, email, name, role, seesPresence, scope, key: null }
  }

  return {
    whyFailed,
    holds,
    of,

    /** @throws database_unavailable where it could not be ended: the library says it is done even then */
    async assertEnded(cookie: string | undefined): Promise<void> {
      if (await of(cookie)) throw commonErrors.database_unavailable({ retryAfterS: 2 })
    },
  }
}
