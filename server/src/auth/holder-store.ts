import type { KeyAction, Role } from '@plenum/contract'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'
import { byKey, type Person } from './access.ts'
import { type ScopeRow, scopeOfRows, scopeRowsOf } from './scope-store.ts'

/** What somebody came with who stays: a session, or a key. */
export type Holder = { sessionId: string } | { keyId: number }

/** Who somebody is, as it was in a snapshot of the database. */
export interface HolderFound {
  /** Whatever changes in a transaction before this one was seen. */
  readAsOf: bigint
  /** When the session or the key ends by itself; null: never. */
  endsAtMs: number | null
  person: Person
}

interface HolderRow {
  as_of: string
  ends_at: Date | null
  session_id: string | null
  key_id: number | null
  readings_per_minute: number
  actions: KeyAction[] | null
  building_ids: number[] | null
  id: string
  email: string
  name: string
  role: Role
  sees_presence: boolean
  scope: ScopeRow[]
}

/** The same text for the same holder. */
export const holderName = (holder: Holder): string =>
  'sessionId' in holder ? `session ${holder.sessionId}` : `key ${holder.keyId}`

function toPerson(row: HolderRow): Person {
  const { id: userId, email, name, role, sees_presence: seesPresence } = row
  const scope = role === 'administrator' ? null : scopeOfRows(row.scope)
  const person = { kind: 'user', userId, email, name, role, seesPresence, scope } as const
  if (row.key_id === null) return { ...person, key: null }
  const { key_id: keyId, readings_per_minute: readingsPerMinute, actions, building_ids: buildingIds } = row
  return byKey(person, { keyId, readingsPerMinute, actions, buildingIds })
}

export function createHolderStore(db: Kysely<Tables>) {
  return {
    /**
     * Who they are at this moment by `holderName`, in one statement however many; those whose session or key has ended,
     * or who are disabled, are left out. Looked up by their primary keys.
     * @param maxS the longest life of a session
     */
    async read(holders: readonly Holder[], maxS: number): Promise<Map<string, HolderFound>> {
      const sessionIds = holders.flatMap((one) => ('sessionId' in one ? [one.sessionId] : []))
      const keyIds = holders.flatMap((one) => ('keyId' in one ? [one.keyId] : []))
      const { rows } = await sql<HolderRow>`
        select pg_snapshot_xmin(pg_current_snapshot())::text as as_of, h.ends_at, h.session_id, h.key_id, h.readings_per_minute, h.actions, h.building_ids, p.id, p.email, p.name, p.role, p.sees_presence,
               ${scopeRowsOf('p.id')} as scope
        from (
          select id as session_id, null::int4 as key_id, 0 as readings_per_minute, null::text[] as actions,
                 null::int4[] as building_ids, user_id,
                 least(expires_at, created_at + make_interval(secs => ${maxS})) as ends_at
          from session
          where id = any(${sessionIds}::text[]) and expires_at > now() and created_at + make_interval(secs => ${maxS}) > now()
          union all
          select null, id, readings_per_minute, actions, building_ids, user_id, expires_at
          from api_key
          where id = any(${keyIds}::int4[]) and (expires_at is null or expires_at > now())
        ) h
        join person p on p.id = h.user_id
        where p.disabled_at is null`.execute(db)
      return new Map(
        rows.map((row) => [
          holderName(row.session_id === null ? { keyId: row.key_id as number } : { sessionId: row.session_id }),
          { readAsOf: BigInt(row.as_of), endsAtMs: row.ends_at?.getTime() ?? null, person: toPerson(row) },
        ]),
      )
    },
  }
}
