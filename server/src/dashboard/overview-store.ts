import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'

/** A floor, one of its sensors (null where it has none) and when that was last read. */
export interface SummedRow {
  building_id: number
  floor_id: number
  sensor_type: string | null
  interval_s: number
  admin_status: string
  at: Date | null
}

export type OverviewStore = ReturnType<typeof createOverviewStore>

export function createOverviewStore(db: Kysely<Tables>) {
  return {
    /** In order of id. @param ids null: all there are */
    buildings: (ids: readonly number[] | null, limit: number) =>
      db
        .selectFrom('building')
        .select(['id', 'name', 'address', 'timezone'])
        .$if(ids !== null, (query) => query.where(sql<boolean>`id = any(${ids}::int4[])`))
        .orderBy('id')
        .limit(limit)
        .execute(),

    /** Of all floors of some buildings, and of single floors of others. */
    summed: async (buildingIds: readonly number[], floorIds: readonly number[]): Promise<SummedRow[]> => {
      const { rows } = await sql<SummedRow>`
        select f.building_id, f.id as floor_id, s.sensor_type, s.interval_s, s.status as admin_status, r.at
        from floor f
        left join sensor s on s.floor_id = f.id
        left join lateral newest_reading(s.id) r on true
        where f.building_id = any(${buildingIds}::int4[]) or f.id = any(${floorIds}::int4[])`.execute(db)
      return rows
    },
  }
}
