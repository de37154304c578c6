import type { KeyAction } from '@plenum/contract'
import { type ExpressionBuilder, type Kysely, sql } from 'kysely'
import { append, type AuditEvent, type By } from '#audit'
import { type LastUse, type Tables, writeLastUses } from '#platform'
import type { Scope } from './access.ts'
import { buildingWithinScope, withinScope } from './scope-store.ts'

export type KeyStore = ReturnType<typeof createKeyStore>

export interface KeyRow {
  id: number
  name: string
  start: string
  created_at: Date
  expires_at: Date | null
  last_used_at: Date | null
  readings_per_minute: number
  actions: string[] | null
  building_ids: number[] | null
  replaces_id: number | null
  replaced_by: number | null
}

/** A gateway out of scope has no keys, as one that is not there. */
export type GatewayOwner = { gatewayId: number; scope: Scope }
export type KeyOwner = GatewayOwner | { userId: string }

/** What of a key is random. */
export interface KeySecret {
  start: string
  hash: Buffer
}
export interface NewKey extends KeySecret {
  name: string
  readingsPerMinute: number
  expiresAt: Date | null
  actions?: readonly KeyAction[] | null
  buildingIds?: readonly number[] | null
}

export type RotationOutcome = KeyRow | 'none' | 'expired' | 'replaced'

/** What the audit log keeps of a key: nothing that it could be guessed from. */
const keptOf = ({ name, expires_at, readings_per_minute, actions, building_ids }: KeyRow) => ({
  name,
  expires_at,
  readings_per_minute,
  ...(actions && { actions }),
  ...(building_ids && { building_ids }),
})

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
const gatewayWithin = ({ gatewayId, scope }: GatewayOwner) =>
  sql<number>`(select id from gateway where id = ${gatewayId} and ${withinScope(scope, { building: 'building_id' })})`
const ownedBy = (owner: KeyOwner) => (e: ExpressionBuilder<Tables, 'api_key'>) =>
  'gatewayId' in owner ? e('gateway_id', '=', gatewayWithin(owner)) : e('user_id', '=', owner.userId)

const plainColumns = ['id', 'name', 'start', 'created_at', 'expires_at', 'last_used_at', 'readings_per_minute'] as const
const columns = [
  ...plainColumns,
  'actions',
  'building_ids',
  'replaces_id',
  sql<number | null>`(select n.id from api_key n where n.replaces_id = api_key.id)`.as('replaced_by'),
] as const

/** The table of API keys. */
export function createKeyStore(db: Kysely<Tables>) {
  const insert = (tx: Kysely<Tables>, owner: KeyOwner, key: NewKey, replacesId: number | null): Promise<KeyRow> =>
    tx
      .insertInto('api_key')
      .values({
        gateway_id: 'gatewayId' in owner ? gatewayWithin(owner) : null,
        user_id: 'userId' in owner ? owner.userId : null,
        name: key.name,
        start: key.start,
        hash: key.hash,
        readings_per_minute: key.readingsPerMinute,
        expires_at: key.expiresAt,
        actions: key.actions ? [...key.actions] : null,
        building_ids: key.buildingIds ? [...key.buildingIds] : null,
        replaces_id: replacesId,
      })
      .returning(columns)
      .executeTakeFirstOrThrow()

  return {
    async gatewayExists(owner: GatewayOwner): Promise<boolean> {
      const { rows } = await sql`select 1 where ${gatewayWithin(owner)} is not null`.execute(db)
      return rows.length > 0
    },

    /** Whether all of them are there for whoever has the scope. */
    async buildingsExist(scope: Scope, ids: readonly number[]): Promise<boolean> {
      const { rows } = await sql<{ count: number }>`
        select count(*) from building where id = any(${ids}::int4[]) and ${buildingWithinScope(scope, 'id')}`.execute(
        db,
      )
      return rows[0]?.count === ids.length
    },

    add: (owner: KeyOwner, key: NewKey, by: By): Promise<KeyRow> =>
      db.transaction().execute(async (tx) => {
        const row = await insert(tx, owner, key, null)
        await append(tx, by, { action: 'api_key.create', ...(await keyTold(tx, owner, row)), after: keptOf(row) })
        return row
      }),

    /**
     * Makes a key in place of one that goes on for a while: as long as asked, and no longer than it would have.
     * The new one gets as long a life as the old one was given.
     */
    rotate: (owner: GatewayOwner, id: number, secret: KeySecret, overlapHours: number, by: By) =>
      db.transaction().execute(async (tx): Promise<RotationOutcome> => {
        const old = await tx
          .selectFrom('api_key')
          .select(plainColumns)
          .select(sql<boolean>`coalesce(expires_at <= now(), false)`.as('expired'))
          .select(sql<Date | null>`now() + (expires_at - created_at)`.as('next_expires_at'))
          .where('id', '=', id)
          .where(ownedBy(owner))
          .forUpdate()
          .executeTakeFirst()
        if (!old) return 'none'
        if (old.expired) return 'expired'
        // Looked for behind the lock: two rotations at once make one key.
        const successor = await tx.selectFrom('api_key').select('id').where('replaces_id', '=', id).executeTakeFirst()
        if (successor) return 'replaced'
        const { name, readings_per_minute: readingsPerMinute, next_expires_at: expiresAt } = old
        const row = await insert(tx, owner, { ...secret, name, readingsPerMinute, expiresAt }, id)
        const before = await tx
          .updateTable('api_key')
          .set({ expires_at: sql`least(expires_at, now() + make_interval(hours => ${overlapHours}))` })
          .where('id', '=', id)
          .returning(columns)
          .executeTakeFirstOrThrow()
        const told = await keyTold(tx, owner, before)
        const rotated: AuditEvent = {
          action: 'api_key.rotate',
          ...told,
          before: { expires_at: old.expires_at },
          after: { expires_at: before.expires_at },
          details: { ...told.details, replaced_by: row.id, overlap_hours: overlapHours },
        }
        const created = await keyTold(tx, owner, row)
        const details = { ...created.details, replaces: id }
        await append(tx, by, [rotated, { action: 'api_key.create', ...created, details, after: keptOf(row) }])
        return row
      }),

    list: (owner: KeyOwner): Promise<KeyRow[]> =>
      db.selectFrom('api_key').select(columns).where(ownedBy(owner)).orderBy('id').execute(),

    /** @returns false where there was none */
    delete: (owner: KeyOwner, id: number, by: By): Promise<boolean> =>
      db.transaction().execute(async (tx) => {
        const row = await tx
          .deleteFrom('api_key')
          .where('id', '=', id)
          .where(ownedBy(owner))
          .returning(columns)
          .executeTakeFirst()
        if (!row) return false
        await append(tx, by, { action: 'api_key.revoke', ...(await keyTold(tx, owner, row)), before: keptOf(row) })
        return true
      }),

    /** The key and its owner, if neither has ended. */
    find: (hash: Buffer) =>
      db
        .selectFrom('api_key')
        .leftJoin('gateway', 'gateway.id', 'api_key.gateway_id')
        .leftJoin('person', 'person.id', 'api_key.user_id')
        .select(['api_key.id', 'gateway_id', 'user_id', 'readings_per_minute', 'expires_at', 'building_id', 'email'])
        .select(['gateway.name as gateway_name', 'person.name as person_name', 'role', 'sees_presence'])
        .select(['actions', 'building_ids'])
        .where('hash', '=', hash)
        .where('person.disabled_at', 'is', null)
        .where((e) => e.or([e('expires_at', 'is', null), e('expires_at', '>', sql<Date>`now()`)]))
        .executeTakeFirst(),

    noteLastUses: (uses: readonly LastUse<number>[]): Promise<void> => writeLastUses(db, 'api_key.last_used_at', uses),
  }
}
