import type { Things } from './constraints.ts'
import type { Row } from './store.ts'

/** What a write of the registry may have changed, by id. null: anything */
export type RegistryChange = {
  /** Also those to which a floor or sensor came, or from which one went. */
  buildings: number[]
  floors: number[]
  sensors: number[]
} | null

/**
 * What those who remember the registry must read again. Pure.
 * @param before undefined where it is new
 * @param after undefined where it is gone
 */
export function changeOf<T extends Things>(
  table: T,
  before: Row<T> | undefined,
  after: Row<T> | undefined,
): RegistryChange {
  const rows: Record<string, unknown>[] = [before, after].filter((row) => row !== undefined)
  const ids = (column: string) => [...new Set(rows.map((row) => row[column]))]
  const own = ids('id') as number[]
  const changed = (column: string) => before !== undefined && after !== undefined && ids(column).length > 1
  switch (table) {
    case 'building':
      // Every sensor carries the time zone of its building.
      return changed('timezone') ? null : { buildings: own, floors: [], sensors: [] }
    case 'floor':
      // Its sensors go with it.
      return changed('building_id') ? null : { buildings: ids('building_id') as number[], floors: own, sensors: [] }
    case 'zone':
      return { buildings: [], floors: ids('floor_id') as number[], sensors: [] }
    case 'sensor':
      return { buildings: ids('building_id') as number[], floors: ids('floor_id') as number[], sensors: own }
    default:
      return { buildings: [], floors: [], sensors: [] }
  }
}
