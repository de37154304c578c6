import { randomUUID } from 'node:crypto'
import type { Role } from '@plenum/contract'
import { type ExpressionBuilder, type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'
import type { Scope } from './access.ts'
import { readScope, withinScope } from './scope-store.ts'

export type AuthStore = ReturnType<typeof createStore>

export interface KeyRow {
  id: number
  name: string
  start: string
  created_at: Date
  expires_at: Date | null
  last_used_at: Date | null
  readings_per_minute: number
}

/** A gateway out of scope has no keys, as one that is not there. */
export type KeyOwner = { gatewayId: number; scope: Scope } | { userId: string }

/** better-auth's name for e-mail and password. */
const passwordProvider = 'credential'
const passwordOf = (userId: string, hash: string) => ({
  id: randomUUID(),
  user_id: userId,
  account_id: userId,
  provider_id: passwordProvider,
  password: hash,
})

/** The gateway, null where there is none within the scope. */
const gatewayWithin = ({ gatewayId, scope }: { gatewayId: number; scope: Scope }) =>
  sql<number>`(select id from gateway where id = ${gatewayId} and ${withinScope(scope, { building: 'building_id' })})`

/** The tables of sign-in and keys. */
export function createStore(db: Kysely<Tables>) {
  const keyColumns = ['id', 'name', 'start', 'created_at', 'expires_at', 'last_used_at', 'readings_per_minute'] as const
  const ownedBy = (owner: KeyOwner) => (e: ExpressionBuilder<Tables, 'api_key'>) =>
    'gatewayId' in owner ? e('gateway_id', '=', gatewayWithin(owner)) : e('user_id', '=', owner.userId)

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

    /** A person and the password they sign in with, together or not at all. */
    addPerson: (
      person: { email: string; name: string; role: Role; sees_presence: boolean },
      passwordHash: string,
    ): Promise<void> =>
      db.transaction().execute(async (tx) => {
        const id = randomUUID()
        await tx
          .insertInto('person')
          .values({ ...person, id, email_verified: true })
          .execute()
        await tx.insertInto('credential').values(passwordOf(id, passwordHash)).execute()
      }),

    /** Sets the password, and ends the sessions that were opened with the old one. */
    setPassword: (userId: string, passwordHash: string): Promise<void> =>
      db.transaction().execute(async (tx) => {
        await tx
          .deleteFrom('credential')
          .where('user_id', '=', userId)
          .where('provider_id', '=', passwordProvider)
          .execute()
        await tx.insertInto('credential').values(passwordOf(userId, passwordHash)).execute()
        await tx.deleteFrom('session').where('user_id', '=', userId).execute()
      }),

    findPerson: (email: string): Promise<{ id: string; email: string } | undefined> =>
      db.selectFrom('person').select(['id', 'email']).where('email', '=', email.toLowerCase()).executeTakeFirst(),

    async isDisabled(personId: string): Promise<boolean> {
      const person = await db.selectFrom('person').select('disabled_at').where('id', '=', personId).executeTakeFirst()
      return person?.disabled_at !== null
    },

    async hasPeople(): Promise<boolean> {
      return (await db.selectFrom('person').select('id').limit(1).executeTakeFirst()) !== undefined
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
    },

    async firstAdministrator(): Promise<{ id: string; email: string } | undefined> {
      return db
        .selectFrom('person')
        .select(['id', 'email'])
        .where('role', '=', 'administrator')
        .where('disabled_at', 'is', null)
        .orderBy('created_at')
        .limit(1)
        .executeTakeFirst()
    },

    async gatewayExists(owner: { gatewayId: number; scope: Scope }): Promise<boolean> {
      const { rows } = await sql`select 1 where ${gatewayWithin(owner)} is not null`.execute(db)
      return rows.length > 0
    },

    async addKey(
      owner: KeyOwner,
      key: { name: string; start: string; hash: Buffer; readingsPerMinute: number; expiresAt: Date | null },
    ): Promise<KeyRow> {
      return db
        .insertInto('api_key')
        .values({
          gateway_id: 'gatewayId' in owner ? gatewayWithin(owner) : null,
          user_id: 'userId' in owner ? owner.userId : null,
          name: key.name,
          start: key.start,
          hash: key.hash,
          readings_per_minute: key.readingsPerMinute,
          expires_at: key.expiresAt,
        })
        .returning(keyColumns)
        .executeTakeFirstOrThrow()
    },

    async listKeys(owner: KeyOwner): Promise<KeyRow[]> {
      return db.selectFrom('api_key').select(keyColumns).where(ownedBy(owner)).orderBy('id').execute()
    },

    /** @returns false where there was none */
    async deleteKey(owner: KeyOwner, id: number): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('api_key')
        .where('id', '=', id)
        .where(ownedBy(owner))
        .executeTakeFirstOrThrow()
      return numDeletedRows === 1n
    },

    /** The key and its owner, if neither has ended. */
    async findKey(hash: Buffer) {
      return db
        .selectFrom('api_key')
        .leftJoin('gateway', 'gateway.id', 'api_key.gateway_id')
        .leftJoin('person', 'person.id', 'api_key.user_id')
        .select(['api_key.id', 'gateway_id', 'user_id', 'readings_per_minute', 'expires_at', 'building_id', 'email'])
        .select(['person.name as person_name', 'role', 'sees_presence'])
        .where('hash', '=', hash)
        .where('person.disabled_at', 'is', null)
        .where((e) => e.or([e('expires_at', 'is', null), e('expires_at', '>', sql<Date>`now()`)]))
        .executeTakeFirst()
    },

    /** Once a minute is exact enough for "last used", and a write per request would cost more than the request. */
    async touchKey(id: number): Promise<void> {
      await db
        .updateTable('api_key')
        .set({ last_used_at: sql`now()` })
        .where('id', '=', id)
        .where(sql<boolean>`(last_used_at is null or last_used_at < now() - interval '1 minute')`)
        .execute()
    },
  }
}
