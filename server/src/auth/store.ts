import { randomUUID } from 'node:crypto'
import type { Role } from '@plenum/contract'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'
import type { Scope } from './access.ts'
import type { PersonNamed } from './by.ts'
import { readScope } from './scope-store.ts'

export type AuthStore = ReturnType<typeof createStore>

/** better-auth's name for e-mail and password. */
export const passwordProvider = 'credential'
const passwordOf = (userId: string, hash: string) => ({
  id: randomUUID(),
  user_id: userId,
  account_id: userId,
  provider_id: passwordProvider,
  password: hash,
})

/** The tables of sign-in. */
export function createStore(db: Kysely<Tables>) {
  return {
    /** The random secret of that name, made at first use; the same for all instances on this database. */
    async secret(name: string, make: () => string): Promise<string> {
      await db
        .insertInto('installation_secret')
        .values({ name, value: make() })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      const row = await db
        .selectFrom('installation_secret')
        .select('value')
        .where('name', '=', name)
        .executeTakeFirstOrThrow()
      return row.value
    },

    /** @throws where the database is away */
    async ping(): Promise<void> {
      await sql`select 1`.execute(db)
    },

    /** Where the role holds. */
    scope: async (personId: string, role: Role): Promise<Scope> =>
      role === 'administrator' ? null : readScope(db, personId),

    /** null: they sign in without one, or are not there. */
    async passwordHash(personId: string): Promise<string | null> {
      const row = await db
        .selectFrom('credential')
        .select('password')
        .where('user_id', '=', personId)
        .where('provider_id', '=', passwordProvider)
        .executeTakeFirst()
      return row?.password ?? null
    },

    setPassword: async (tx: Kysely<Tables>, personId: string, hash: string): Promise<void> => {
      await tx
        .deleteFrom('credential')
        .where('user_id', '=', personId)
        .where('provider_id', '=', passwordProvider)
        .execute()
      await tx.insertInto('credential').values(passwordOf(personId, hash)).execute()
    },

    /** And what was on the way to be one. */
    endSessions: async (tx: Kysely<Tables>, personId: string, exceptSessionId?: string): Promise<void> => {
      await tx
        .deleteFrom('session')
        .where('user_id', '=', personId)
        .$if(exceptSessionId !== undefined, (query) => query.where('id', '<>', exceptSessionId ?? ''))
        .execute()
      await tx.deleteFrom('sign_in_step').where('person_id', '=', personId).execute()
    },

    personNamed: (id: string): Promise<PersonNamed> =>
      db.selectFrom('person').select(['id', 'name', 'email']).where('id', '=', id).executeTakeFirstOrThrow(),

    async isDisabled(personId: string): Promise<boolean> {
      const row = await db.selectFrom('person').select('disabled_at').where('id', '=', personId).executeTakeFirst()
      return !row || row.disabled_at !== null
    },

    /** Sessions that ended long ago are of no use to anybody. */
    async dropExpiredSessions(maxS: number): Promise<void> {
      await db
        .deleteFrom('session')
        .where((e) =>
          e.or([
            e('expires_at', '<', sql<Date>`now()`),
            e('created_at', '<', sql<Date>`now() - make_interval(secs => ${maxS})`),
          ]),
        )
        .execute()
      await db.deleteFrom('verification').where('expires_at', '<', sql<Date>`now()`).execute()
      await db.deleteFrom('sign_in_step').where('expires_at', '<', sql<Date>`now()`).execute()
    },
  }
}
