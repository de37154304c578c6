import type { SensorType } from '@plenum/contract'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'
import { instantsText } from './timescale-figures.ts'

/** Rows of one sensor and local day. */
export interface OldRows {
  sensorId: number
  sensorType: SensorType
  createdMs: number
  /** Number of the day among the starts asked with. */
  index: number
  readings: number
}

/** The SQL of what is too old but still a row. */
export const timescaleRetentionStore = {
  /**
   * By day and sensor, of the next sensors of a time zone by id; `last` is where to go on, null after the last sensor.
   * @param before by kind, each at the start of a local day
   * @param startsMs of local days
   */
  async oldRows(
    db: Kysely<Tables>,
    before: readonly { sensorType: SensorType; beforeMs: number }[],
    startsMs: Float64Array,
    { timezone, after, limit }: { timezone: string; after: number; limit: number },
  ): Promise<{ rows: OldRows[]; last: number | null }> {
    const newest = new Date(Math.max(...before.map(({ beforeMs }) => beforeMs)))
    const { rows: sensors } = await sql<{ id: number }>`
      select s.id from sensor s join building b on b.id = s.building_id
      where b.timezone = ${timezone} and s.id > ${after} order by s.id limit ${limit}`.execute(db)
    const { rows } = await sql<OldRows>`
      select r.sensor_id as "sensorId", s.sensor_type as "sensorType", count(*) as readings,
             (extract(epoch from s.created_at) * 1000)::float8 as "createdMs",
             width_bucket(r.at, ${instantsText(startsMs)}::timestamptz[]) - 1 as index
      from reading r
      join sensor s on s.id = r.sensor_id
      join unnest(${before.map(({ sensorType }) => sensorType)}::text[],
                  ${before.map(({ beforeMs }) => new Date(beforeMs).toISOString())}::timestamptz[])
        as kept (sensor_type, before) on kept.sensor_type = s.sensor_type and r.at < kept.before
      where r.sensor_id = any(${sensors.map(({ id }) => id)}::int4[]) and r.at < ${newest}
        and not exists (select from segment g where g.sensor_id = r.sensor_id and g.from_at <= r.at and g.to_at > r.at
                        and g.step_ms is null)
      group by r.sensor_id, s.sensor_type, s.created_at, index order by index, r.sensor_id`.execute(db)
    return { rows, last: sensors.length < limit ? null : (sensors.at(-1)?.id ?? null) }
  },

  bytesPerReading: async (db: Kysely<Tables>): Promise<number> => {
    const { rows } = await sql<{ bytes: number | null }>`
      select hypertable_size('reading')::float8 / nullif(approximate_row_count('reading'), 0) as bytes`.execute(db)
    return rows[0]?.bytes ?? 0
  },
}
