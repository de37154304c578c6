import { type Kysely, sql } from 'kysely'
import type { SensorType } from '@plenum/contract'
import type { Tables } from '#platform'

/** A floor, one of its sensors (null where it has none) and that sensor's newest reading. */
export interface FloorRow {
  floor_id: number
  floor_name: string
  level: number
  building_id: number
  building_name: string
  timezone: string
  sensor_id: number | null
  sensor_key: string
  name: string
  sensor_type: string
  unit: string
  zone_id: number | null
  x: number | null
  y: number | null
  interval_s: number
  admin_status: string
  at: Date | null
  value: number | null
  quality: number | null
}

/** A floor, one of its sensors (null where it has none) and when that was last read. */
export interface SummedRow {
  building_id: number
  floor_id: number
  sensor_type: string | null
  interval_s: number
  admin_status: string
  at: Date | null
}

export interface BucketRow {
  sensor_id: number
  step: number
  value: number
}

/**
 * The newest reading of every sensor in one query: for each, the first entry of its stretch of two primary keys, that
 * of hot rows and that of segments. Over 10.5 M rows and 20 sensors one such key took 1 ms; DISTINCT ON (sensor_id)
 * reads them all: 10 s.
 */
const newestReadings = sql`
  select f.id as floor_id, f.name as floor_name, f.level, b.id as building_id, b.name as building_name, b.timezone,
         s.id as sensor_id, s.sensor_key, s.name, s.sensor_type, s.unit, s.zone_id, s.x, s.y, s.interval_s,
         s.status as admin_status, r.at, r.value, r.quality
  from floor f
  join building b on b.id = f.building_id
  left join sensor s on s.floor_id = f.id
  left join lateral newest_reading(s.id) r on true`

export type Store = ReturnType<typeof createStore>

export function createStore(db: Kysely<Tables>) {
  return {
    /** @returns no row where there is no such floor */
    floor: async (floorId: number): Promise<FloorRow[]> =>
      (await sql<FloorRow>`${newestReadings} where f.id = ${floorId} order by s.sensor_type, s.name, s.id`.execute(db))
        .rows,

    /** @param floorIds null: all of them */
    floorsOfBuilding: async (buildingId: number, floorIds: readonly number[] | null): Promise<FloorRow[]> => {
      const { rows } = await sql<FloorRow>`
        ${newestReadings}
        where f.building_id = ${buildingId} and (${floorIds}::int4[] is null or f.id = any(${floorIds}::int4[]))
        order by f.level, f.id, s.id`.execute(db)
      return rows
    },

    building: (buildingId: number) =>
      db.selectFrom('building').select(['id', 'name', 'timezone']).where('id', '=', buildingId).executeTakeFirst(),

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

    /** @returns undefined where there is no such floor */
    placeOf: (floorId: number) =>
      db
        .selectFrom('floor')
        .select(['id as floorId', 'building_id as buildingId'])
        .where('id', '=', floorId)
        .executeTakeFirst(),

    /** The mean of the good readings of each sensor in each step, those of some kinds left aside. */
    buckets: async (
      floorId: number,
      without: readonly SensorType[],
      { from, to, stepS }: { from: Date; to: Date; stepS: number },
    ): Promise<BucketRow[]> => {
      const { rows } = await sql<BucketRow>`
        select r.sensor_id, floor(extract(epoch from r.at - ${from}::timestamptz) / ${stepS})::int4 as step, avg(r.value) as value
        from sensor s
        join reading r on r.sensor_id = s.id and r.at >= ${from}::timestamptz and r.at < ${to}::timestamptz and r.quality & 1 = 0
        where s.floor_id = ${floorId} and s.sensor_type <> all(${without}::text[])
        group by 1, 2`.execute(db)
      return rows
    },
  }
}
