import { type Kysely, sql } from 'kysely'
import { append, type By } from '#audit'
import type { Tables } from '#platform'
import type { SecondFactor } from './two-factor.ts'
import type { FirstFactor } from './two-factor-store.ts'

/** What somebody has proven to be who they are by. */
export interface SignedInBy {
  first_factor: FirstFactor
  second_factor?: SecondFactor
}

export type SessionStore = ReturnType<typeof createSessionStore>

/** Sessions as their owners see them; opening and finding one is the sign-in library's. */
export function createSessionStore(db: Kysely<Tables>) {
  return {
    /** The last used first; without those that have expired. */
    list: (personId: string) =>
      db
        .selectFrom('session')
        .select(['id', 'ip_address', 'user_agent', 'created_at', 'last_used_at'])
        .where('user_id', '=', personId)
        .where('expires_at', '>', sql<Date>`now()`)
        .orderBy('last_used_at', 'desc')
        .orderBy('id')
        .execute(),

    /** @returns false where the person has no such session */
    end: (personId: string, id: string, by: By): Promise<boolean> =>
      db.transaction().execute(async (tx) => {
        const { numDeletedRows } = await tx
          .deleteFrom('session')
          .where('id', '=', id)
          .where('user_id', '=', personId)
          .executeTakeFirstOrThrow()
        if (numDeletedRows === 1n) await append(tx, by, { action: 'session.end', details: { sessions: 1 } })
        return numDeletedRows === 1n
      }),

    endOthers: (personId: string, id: string, by: By): Promise<void> =>
      db.transaction().execute(async (tx) => {
        const { numDeletedRows } = await tx
          .deleteFrom('session')
          .where('id', '<>', id)
          .where('user_id', '=', personId)
          .executeTakeFirstOrThrow()
        await append(tx, by, { action: 'session.end', details: { sessions: Number(numDeletedRows) } })
      }),

    /** @param details how */
    noteSignIn: (by: By, details: SignedInBy): Promise<void> =>
      append(db, by, { action: 'session.sign_in', details: { ...details } }),

    /** Ends a session, where nobody was faster. */
    signOut: (id: string, by: By): Promise<void> =>
      db.transaction().execute(async (tx) => {
        const { numDeletedRows } = await tx.deleteFrom('session').where('id', '=', id).executeTakeFirstOrThrow()
        if (numDeletedRows === 1n) await append(tx, by, { action: 'session.sign_out' })
      }),

    touch: async (id: string): Promise<void> => {
      await db.updateTable('session').set({ last_used_at: sql<Date>`now()` }).where('id', '=', id).execute()
    },
  }
}
