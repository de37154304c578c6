import type { ScopeInput, ScopePlace } from '@plenum/contract'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'
import { peopleErrors } from './errors.ts'

/** The two tables that hold scopes, and what the scope is of. */
const owners = {
  person_scope: { column: 'person_id', type: 'text' },
  invitation_scope: { column: 'invitation_id', type: 'int4' },
} as const
type ScopeTable = keyof typeof owners

export interface ScopeWithNames {
  scope: ScopeInput
  places: ScopePlace[]
}

export const noScope: ScopeWithNames = { scope: { building_ids: [], floor_ids: [] }, places: [] }

/** In place of the scope that was there; null: none. @throws scope_unknown where a building or floor does not exist */
export async function writeScope(
  tx: Kysely<Tables>,
  table: ScopeTable,
  owner: string | number,
  scope: ScopeInput | null,
): Promise<void> {
  const column = sql.ref(owners[table].column)
  const id = sql`${owner}::${sql.raw(owners[table].type)}`
  await sql`delete from ${sql.table(table)} where ${column} = ${id}`.execute(tx)
  if (scope === null) return
  const { building_ids, floor_ids } = scope
  const { numAffectedRows } = await sql`
    insert into ${sql.table(table)} (${column}, building_id, floor_id)
    select ${id}, id, null::int4 from building where id = any(${building_ids}::int4[])
    union all
    select ${id}, building_id, id from floor where id = any(${floor_ids}::int4[])`.execute(tx)
  if (Number(numAffectedRows) !== building_ids.length + floor_ids.length) throw peopleErrors.scope_unknown()
}

interface ScopeRow {
  owner: string | number
  building_id: number
  floor_id: number | null
  building_name: string
  floor_name: string | null
}

/** Scopes by owner, with the names of their places: buildings in order of name, their floors from the lowest. */
export async function readScopes<Owner extends string | number>(
  db: Kysely<Tables>,
  table: ScopeTable,
  ids: readonly Owner[],
): Promise<Map<Owner, ScopeWithNames>> {
  const type = sql.raw(`${owners[table].type}[]`)
  const column = sql.ref(`of.${owners[table].column}`)
  const { rows } = await sql<ScopeRow>`
    select ${column} as owner, of.building_id, of.floor_id, building.name as building_name, floor.name as floor_name
    from ${sql.table(table)} as of
    join building on building.id = of.building_id
    left join floor on floor.id = of.floor_id
    where ${column} = any(${ids}::${type})
    order by building.name, building.id, floor.level nulls first, floor.id`.execute(db)
  const scopes = new Map<Owner, ScopeWithNames>()
  for (const { owner, building_id, floor_id, building_name, floor_name } of rows) {
    const known = scopes.get(owner as Owner) ?? { scope: { building_ids: [], floor_ids: [] }, places: [] }
    scopes.set(owner as Owner, known)
    if (floor_id === null) known.scope.building_ids.push(building_id)
    else known.scope.floor_ids.push(floor_id)
    known.places.push({ building_id, floor_id, building_name, floor_name })
  }
  return scopes
}
