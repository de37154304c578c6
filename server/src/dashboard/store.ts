import type { SensorType } from '@plenum/contract'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'
import type { LatestRow } from '#readings'
import type { KnownBuilding, KnownFloor, ShownSensor } from '#registry'

/** Everything of some floors, by id, as one statement found it. */
export interface Found {
  buildings: Map<number, KnownBuilding>
  /** Floors of each building by level, as far as they were asked for. */
  floorsOf: Map<number, number[]>
  floors: Map<number, KnownFloor>
  /** Of each floor, in the order in which they are shown. */
  sensorsOn: Map<number, ShownSensor[]>
  latest: Map<number, LatestRow>
}

export interface BucketRow {
  sensor_id: number
  step: number
  value: number
}

/** A floor (null where the building has none) and one of its sensors (null where it has none). */
type Row = Omit<ShownSensor, 'id'> &
  Omit<LatestRow, 'at'> & {
    buildingId: number
    buildingName: string
    timezone: string
    floorId: number | null
    floorName: string
    level: number
    id: number | null
    at: Date | null
  }

/** The newest reading of every sensor of some floors in one query: see readings/latest-store.ts. */
const everything = sql`
  select f.id as "floorId", f.name as "floorName", f.level, b.id as "buildingId", b.name as "buildingName", b.timezone,
         s.id, s.sensor_key as key, s.name, s.sensor_type as "sensorType", s.unit, s.zone_id as "zoneId", s.x, s.y,
         s.interval_s as "intervalS", s.status = 'disabled' as "isDisabled", r.at, r.value, r.quality
  from building b
  left join floor f on f.building_id = b.id
  left join sensor s on s.floor_id = f.id
  left join lateral newest_reading(s.id) r on true`
const inOrder = sql`order by f.level, f.id, s.sensor_type, s.name, s.id`

function foundIn(rows: readonly Row[]): Found {
  const found: Found = {
    buildings: new Map(),
    floorsOf: new Map(),
    floors: new Map(),
    sensorsOn: new Map(),
    latest: new Map(),
  }
  for (const { floorId, floorName, level, buildingId, buildingName, timezone, at, value, quality, ...sensor } of rows) {
    if (!found.buildings.has(buildingId)) {
      found.buildings.set(buildingId, { id: buildingId, name: buildingName, timezone })
      found.floorsOf.set(buildingId, [])
    }
    if (floorId === null) continue
    let sensors = found.sensorsOn.get(floorId)
    if (sensors === undefined) {
      found.floorsOf.get(buildingId)?.push(floorId)
      found.floors.set(floorId, { id: floorId, name: floorName, level, buildingId })
      found.sensorsOn.set(floorId, (sensors = []))
    }
    if (sensor.id === null) continue
    sensors.push(sensor as ShownSensor)
    const { intervalS } = sensor
    found.latest.set(sensor.id, { at: at && at.getTime(), value, quality, intervalS })
  }
  return found
}

export const dashboardStore = {
  /** Floors that are not there are not in it. */
  floors: async (db: Kysely<Tables>, floorIds: readonly number[]): Promise<Found> =>
    foundIn((await sql<Row>`${everything} where f.id = any(${floorIds}::int4[]) ${inOrder}`.execute(db)).rows),

  /** Of a building that is not there nothing is found. */
  building: async (db: Kysely<Tables>, buildingId: number): Promise<Found> =>
    foundIn((await sql<Row>`${everything} where b.id = ${buildingId} ${inOrder}`.execute(db)).rows),

  /** The mean of the good readings of each sensor in each step, those of some kinds left aside. */
  buckets: async (
    db: Kysely<Tables>,
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
