import type { SensorType } from '@plenum/contract'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'

export interface KnownBuilding {
  id: number
  name: string
  /** IANA. */
  timezone: string
}
export interface KnownFloor {
  id: number
  name: string
  level: number
  buildingId: number
}
/** What is shown of a sensor on its floor. */
export interface ShownSensor {
  id: number
  key: string
  name: string
  sensorType: SensorType
  unit: string
  zoneId: number | null
  x: number | null
  y: number | null
  intervalS: number
  isDisabled: boolean
}
/** What ingest must know of a sensor. */
export interface KnownSensor {
  id: number
  key: string
  buildingId: number
  floorId: number
  sensorType: SensorType
  /** Of its building, IANA. */
  timezone: string
}

const byId = <T extends { id: number }>(rows: readonly T[]): Map<number, T> => new Map(rows.map((row) => [row.id, row]))

/** Reads what is remembered of the registry. */
export const rememberedStore = {
  buildings: async (db: Kysely<Tables>, ids: readonly number[]): Promise<Map<number, KnownBuilding>> =>
    byId(
      await db
        .selectFrom('building')
        .select(['id', 'name', 'timezone'])
        .where('id', 'in', [...ids])
        .execute(),
    ),

  floors: async (db: Kysely<Tables>, ids: readonly number[]): Promise<Map<number, KnownFloor>> =>
    byId(
      await db
        .selectFrom('floor')
        .select(['id', 'name', 'level', 'building_id as buildingId'])
        .where('id', 'in', [...ids])
        .execute(),
    ),

  /** In one query for those named by id and by key. */
  sensors: async (
    db: Kysely<Tables>,
    ids: readonly number[],
    keys: readonly string[],
  ): Promise<Map<number, KnownSensor>> => {
    const { rows } = await sql<KnownSensor>`
      select s.id, s.sensor_key as key, s.building_id as "buildingId", s.floor_id as "floorId",
             s.sensor_type as "sensorType", b.timezone
      from sensor s join building b on b.id = s.building_id
      where s.id = any(${ids}::int4[]) or s.sensor_key = any(${keys}::text[])`.execute(db)
    return byId(rows)
  },
}
