import type { Role } from '@plenum/contract'
import type { By } from '#audit'
import type { Person } from './access.ts'
import type { PersonNamed } from './by.ts'
import type { SignIn } from './sign-in.ts'
import type { AuthStore } from './store.ts'

export type Sessions = ReturnType<typeof createSessions>

/** Who a session cookie belongs to. */
export function createSessions({ signIn, store }: { signIn: SignIn; store: AuthStore }) {
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

  return {
    whyFailed,

    /**
     * With the rights of this moment: a role that was changed holds for the next request.
     * @returns null for no cookie, and for one that is expired, revoked, not ours, or of somebody who is disabled
     */
    async of(cookie: string | undefined): Promise<Person | null> {
      const session = await find(cookie)
      if (!session || session.user.disabledAt) return null
      const { id: userId, email, name, seesPresence } = session.user
      const role = session.user.role as Role
      return {
        kind: 'user',
        userId,
        email,
        name,
        role,
        seesPresence,
        scope: await store.scope(userId, role),
        key: null,
      }
    },

    /** Ends the session of a cookie, if there is one. @param by made of whose it is */
    async end(cookie: string | undefined, by: (person: PersonNamed) => By): Promise<void> {
      const found = await find(cookie)
      if (found) await store.signOut(found.session.id, by(found.user))
    },
  }
}
