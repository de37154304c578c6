import type { SensorType } from '@plenum/contract'
import { type Kysely, sql } from 'kysely'
import { type Scope, withinScope } from '#auth'
import type { Tables } from '#platform'

export type HistoryStore = ReturnType<typeof createStore>

/** What has to be known of a sensor to read its past. */
export interface PastSensor {
  sensorId: number
  sensorKey: string
  name: string
  sensorType: SensorType
  unit: string
  intervalS: number
  timezone: string
}

const sensorColumns = sql`
  s.id as "sensorId", s.sensor_key as "sensorKey", s.name, s.sensor_type as "sensorType", s.unit,
  s.interval_s as "intervalS", b.timezone`

export function createStore(db: Kysely<Tables>) {
  return {
    /** Every sensor of a floor, disabled ones too: their past stays. Null where there is no such floor in scope. */
    sensorsOfFloor: async (scope: Scope, floorId: number, signal: AbortSignal): Promise<PastSensor[] | null> => {
      const { rows } = await sql<PastSensor | { sensorId: null }>`
        select ${sensorColumns}
        from floor f
        join building b on b.id = f.building_id
        left join sensor s on s.floor_id = f.id
        where f.id = ${floorId} and ${withinScope(scope, { building: 'f.building_id', floor: 'f.id' })}
        order by s.id`.execute(db, { signal, inflightQueryAbortStrategy: 'cancel query' })
      if (rows.length === 0) return null
      return rows.filter((row): row is PastSensor => row.sensorId !== null)
    },

    /** Those that exist in scope, in order of id. */
    sensors: async (scope: Scope, ids: readonly number[], signal: AbortSignal): Promise<PastSensor[]> => {
      const { rows } = await sql<PastSensor>`
        select ${sensorColumns}
        from sensor s
        join building b on b.id = s.building_id
        where s.id = any(${ids}::int4[])
          and ${withinScope(scope, { building: 's.building_id', floor: 's.floor_id' })}
        order by s.id`.execute(db, { signal, inflightQueryAbortStrategy: 'cancel query' })
      return rows
    },
  }
}
