import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'

/** The newest reading of a sensor; nulls where it has none. */
export interface Latest {
  /** Milliseconds since 1970, UTC. First, for so it is found in Redis (platform/cache-scripts.ts). */
  at: number | null
  value: number | null
  /** 0 or `suspectBit`. */
  quality: number | null
}
/** With the interval of its sensor, in seconds. */
export type LatestRow = Latest & { intervalS: number }

/**
 * For each sensor the first entry of its stretch of two primary keys, that of hot rows and that of segments. Over
 * 10.5 M rows and 20 sensors one such key took 1 ms; DISTINCT ON (sensor_id) reads them all: 10 s.
 */
export async function readLatest(db: Kysely<Tables>, ids: readonly number[]): Promise<Map<number, LatestRow>> {
  const { rows } = await sql<Omit<LatestRow, 'at'> & { id: number; at: Date | null }>`
    select s.id, r.at, r.value, r.quality, s.interval_s as "intervalS"
    from sensor s left join lateral newest_reading(s.id) r on true where s.id = any(${ids}::int4[])`.execute(db)
  return new Map(rows.map(({ id, at, ...rest }) => [id, { at: at && at.getTime(), ...rest }]))
}
