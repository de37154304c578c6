import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Tables } from '#platform'
import type { Scope } from './access.ts'

export interface ScopeRow {
  building_id: number
  floor_id: number | null
}

/** @param rows of one person, in order of building and floor */
export const scopeOfRows = (rows: readonly ScopeRow[]): NonNullable<Scope> => ({
  buildingIds: rows.filter(({ floor_id }) => floor_id === null).map(({ building_id }) => building_id),
  floors: rows.flatMap(({ building_id: buildingId, floor_id: floorId }) =>
    floorId === null ? [] : [{ floorId, buildingId }],
  ),
})

/** The `ScopeRow`s of a person as one column. @param person the column with their id */
export const scopeRowsOf = (person: string): RawBuilder<ScopeRow[]> => sql<ScopeRow[]>`(
  select coalesce(json_agg(json_build_object('building_id', building_id, 'floor_id', floor_id)
                           order by building_id, floor_id), '[]')
  from person_scope where person_id = ${sql.ref(person)})`

/** Where a person's role holds, that of an administrator left aside. */
export async function readScope(db: Kysely<Tables>, personId: string): Promise<NonNullable<Scope>> {
  const rows = await db
    .selectFrom('person_scope')
    .select(['building_id', 'floor_id'])
    .where('person_id', '=', personId)
    .orderBy('building_id')
    .orderBy('floor_id')
    .execute()
  return scopeOfRows(rows)
}

const anyOf = (column: string, ids: readonly number[]) => sql`${sql.ref(column)} = any(${ids}::int4[])`

/**
 * A condition that holds for rows in the scope, to be joined to the others of a query: what is not in it is not there.
 * @param columns of the row's building and floor; rows of a building as a whole have no floor
 */
export function withinScope(scope: Scope, columns: { building: string; floor?: string }): RawBuilder<boolean> {
  if (scope === null) return sql<boolean>`true`
  const whole = anyOf(columns.building, scope.buildingIds)
  if (columns.floor === undefined) return sql<boolean>`${whole}`
  return sql<boolean>`(${whole} or ${anyOf(
    columns.floor,
    scope.floors.map(({ floorId }) => floorId),
  )})`
}

/** The same for buildings themselves: one is there for whoever sees a floor of it. */
export function buildingWithinScope(scope: Scope, column: string): RawBuilder<boolean> {
  if (scope === null) return sql<boolean>`true`
  const ids = new Set([...scope.buildingIds, ...scope.floors.map(({ buildingId }) => buildingId)])
  return sql<boolean>`${anyOf(column, [...ids])}`
}
