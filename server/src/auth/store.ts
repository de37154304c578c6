import { randomUUID } from 'node:crypto'
import type { Role } from '@plenum/contract'
import { type ExpressionBuilder, type Kysely, sql } from 'kysely'
import { append, type By } from '#audit'
import type { Tables } from '#platform'
import type { Scope } from './access.ts'
import type { PersonNamed } from './by.ts'
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
export const passwordProvider = 'credential'
const passwordOf = (userId: string, hash: string) => ({
  id: randomUUID(),
  user_id: userId,
  account_id: userId,
  provider_id: passwordProvider,
  password: hash,
})

/** What the audit log keeps of a key: nothing that it could be guessed from. */
const keptOf = ({ name, expires_at, readings_per_minute }: KeyRow) => ({ name, expires_at, readings_per_minute })

/** Which key of whom, for the audit log. */
async function keyTold(tx: Kysely<Tables>, owner: KeyOwner, { id, name }: KeyRow) {
  const thing = { kind: 'api_key', id, name }
  if ('userId' in owner) return { thing, details: { person_id: owner.userId } }
  const gateway = await tx
    .selectFrom('gateway')
    .select(['name', 'building_id'])
    .where('id', '=', owner.gatewayId)
    .executeTakeFirst()
  const details = { gateway_id: owner.gatewayId, gateway_name: gateway?.name }
  return { thing, buildingId: gateway?.building_id ?? null, details }
}
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

    async gatewayExists(owner: { gatewayId: number; scope: Scope }): Promise<boolean> {
      const { rows } = await sql`select 1 where ${gatewayWithin(owner)} is not null`.execute(db)
      return rows.length > 0
    },

    addKey: (
      owner: KeyOwner,
      key: { name: string; start: string; hash: Buffer; readingsPerMinute: number; expiresAt: Date | null },
      by: By,
    ): Promise<KeyRow> =>
      db.transaction().execute(async (tx) => {
        const row = await tx
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
        await append(tx, by, { action: 'api_key.create', ...(await keyTold(tx, owner, row)), after: keptOf(row) })
        return row
      }),

    async listKeys(owner: KeyOwner): Promise<KeyRow[]> {
      return db.selectFrom('api_key').select(keyColumns).where(ownedBy(owner)).orderBy('id').execute()
    },

    /** @returns false where there was none */
    deleteKey: (owner: KeyOwner, id: number, by: By): Promise<boolean> =>
      db.transaction().execute(async (tx) => {
        const row = await tx
          .deleteFrom('api_key')
          .where('id', '=', id)
          .where(ownedBy(owner))
          .returning(keyColumns)
          .executeTakeFirst()
        if (!row) return false
        await append(tx, by, { action: 'api_key.revoke', ...(await keyTold(tx, owner, row)), before: keptOf(row) })
        return true
      }),

    /** The key and its owner, if neither has ended. */
    async findKey(hash: Buffer) {
      return db
        .selectFrom('api_key')
        .leftJoin('gateway', 'gateway.id', 'api_key.gateway_id')
        .leftJoin('person', 'person.id', 'api_key.user_id')
        .select(['api_key.id', 'gateway_id', 'user_id', 'readings_per_minute', 'expires_at', 'building_id', 'email'])
        .select(['gateway.name as gateway_name', 'person.name as person_name', 'role', 'sees_presence'])
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
