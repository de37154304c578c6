import type { Role } from '@plenum/contract'
import { type Kysely, sql } from 'kysely'
import { append, type By } from '#audit'
import { type LastUse, type Tables, writeLastUses } from '#platform'
import { type ScopeRow, scopeOfRows, scopeRowsOf } from './scope-store.ts'
import type { SessionFound } from './session-memory.ts'
import type { SecondFactor } from './two-factor.ts'
import type { FirstFactor } from './two-factor-store.ts'

/** What somebody has proven to be who they are by. */
export interface SignedInBy {
  first_factor: FirstFactor
  second_factor?: SecondFactor
}

export type SessionStore = ReturnType<typeof createSessionStore>

interface SessionRow {
  as_of: string
  id: string
  created_at: Date
  expires_at: Date
  user_id: string
  email: string
  name: string
  role: Role
  sees_presence: boolean
  scope: ScopeRow[]
}

function sessionOf(row: SessionRow): SessionFound {
  const { user_id: userId, email, name, role, sees_presence: seesPresence } = row
  return {
    readAsOf: BigInt(row.as_of),
    id: row.id,
    createdAtMs: row.created_at.getTime(),
    expiresAtMs: row.expires_at.getTime(),
    person: {
      userId,
      email,
      name,
      role,
      seesPresence,
      scope: role === 'administrator' ? null : scopeOfRows(row.scope),
    },
  }
}

/** Sessions: whose one is, and as their owners see them. Opening one is the sign-in library's. */
export function createSessionStore(db: Kysely<Tables>) {
  return {
    /** The session with that hash, unless it has expired or its person is disabled; one statement, so of one snapshot. */
    async read(hash: string): Promise<SessionFound | null> {
      const { rows } = await sql<SessionRow>`
        select pg_snapshot_xmin(pg_current_snapshot())::text as as_of, s.id, s.created_at, s.expires_at,
          p.id as user_id, p.email, p.name, p.role, p.sees_presence,
          ${scopeRowsOf('p.id')} as scope
        from session s join person p on p.id = s.user_id
        where s.token = ${hash} and s.expires_at > now() and p.disabled_at is null`.execute(db)
      return rows[0] ? sessionOf(rows[0]) : null
    },

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

    noteLastUses: (uses: readonly LastUse<string>[]): Promise<void> => writeLastUses(db, 'session.last_used_at', uses),
  }
}
