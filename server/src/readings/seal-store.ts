import { type SensorType, sensorKinds, sensorTypes } from '@plenum/contract'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'
import { holdMsOf } from './held-state.ts'
import { partitionName, type Span, spanOf } from './partitions.ts'
import type { Columns } from './rollup.ts'
import { hotColumns, hotReadings } from './segment-store.ts'

/** With a sensor's id: the advisory lock of whoever rewrites that sensor's days. 'seal' */
const lockClass = 0x7365616c
/** Dropping a partition waits that long for running statements, and those that come after wait behind it. */
const dropLockMs = 200

export interface SensorOfZone {
  id: number
  sensor_type: SensorType
}

const states = sensorTypes.filter((type) => sensorKinds[type].behaviour === 'state')

export interface StorageSizes {
  hotBytes: number
  segmentBytes: number
}

/** The SQL of sealing. */
export const sealStore = {
  timezones: async (db: Kysely<Tables>): Promise<string[]> =>
    (await db.selectFrom('building').select('timezone').distinct().execute()).map(({ timezone }) => timezone),

  partitions: async (db: Kysely<Tables>): Promise<Span[]> => {
    const { rows } = await sql<{ name: string }>`
      select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = 'reading'::regclass`.execute(db)
    return rows.map(({ name }) => spanOf(name)).filter((span) => span !== null)
  },

  sensors: async (db: Kysely<Tables>, ids: readonly number[]): Promise<(SensorOfZone & { timezone: string })[]> =>
    (
      await sql<SensorOfZone & { timezone: string }>`
        select s.id, s.sensor_type, b.timezone from sensor s join building b on b.id = s.building_id
        where s.id = any(${ids}::int4[])`.execute(db)
    ).rows,

  /** The longest that a reading holds, of those of the sensors that are states. */
  async holds(db: Kysely<Tables>, ids: readonly number[]): Promise<Map<number, number>> {
    if (ids.length === 0) return new Map()
    const { rows } = await sql<{ id: number; interval_s: number }>`
      select id, interval_s from sensor
      where id = any(${ids}::int4[]) and sensor_type = any(${states}::text[])`.execute(db)
    return new Map(rows.map(({ id, interval_s }) => [id, holdMsOf(interval_s)]))
  },

  /** Sensors of a time zone with hot rows in a span, by id, after one: a probe of the primary key for each. */
  async unsealed(
    db: Kysely<Tables>,
    { timezone, fromMs, toMs, after, limit }: Span & { timezone: string; after: number; limit: number },
  ): Promise<SensorOfZone[]> {
    const { rows } = await sql<SensorOfZone>`
      select s.id, s.sensor_type from sensor s join building b on b.id = s.building_id
      where b.timezone = ${timezone} and s.id > ${after}
        and exists (select from reading r
                    where r.sensor_id = s.id and r.at >= ${new Date(fromMs)} and r.at < ${new Date(toMs)})
      order by s.id limit ${limit}`.execute(db)
    return rows
  },

  /** Sensors of a time zone with hot rows in a span, counted up to `most`. `limit 1` keeps it from reading all rows. */
  async countUnsealed(
    db: Kysely<Tables>,
    { timezone, fromMs, toMs, most }: Span & { timezone: string; most: number },
  ): Promise<number> {
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from (
        select from sensor s join building b on b.id = s.building_id
        cross join lateral (select from reading r where r.sensor_id = s.id
          and r.at >= ${new Date(fromMs)} and r.at < ${new Date(toMs)} limit 1) hot
        where b.timezone = ${timezone} limit ${most}) found`.execute(db)
    return rows[0]?.n ?? 0
  },

  /** What hot rows take on disk, and segments, indexes included. */
  async sizes(db: Kysely<Tables>): Promise<StorageSizes> {
    const { rows } = await sql<StorageSizes>`
      select coalesce(sum(pg_total_relation_size(inhrelid)), 0)::int8 as "hotBytes",
             pg_total_relation_size('segment') as "segmentBytes"
      from pg_inherits where inhparent = 'reading'::regclass`.execute(db)
    return rows[0] as StorageSizes
  },

  /** Those of the sensors that nobody else rewrites now; until the transaction ends nobody else will. */
  async lockFree(tx: Kysely<Tables>, ids: readonly number[]): Promise<Set<number>> {
    const { rows } = await sql<{ id: number }>`
      select id from unnest(${ids}::int4[]) id where pg_try_advisory_xact_lock(${lockClass}, id)`.execute(tx)
    return new Set(rows.map(({ id }) => id))
  },

  /**
   * Waits until nobody else rewrites these days, nor any other day of their sensors as a whole, as sealing does. In one
   * order for all, so that two who wait never wait for each other.
   * @param days `day` as `2026-11-23`
   * @returns sensors that exist, of those that were asked for
   */
  async lockDays(tx: Kysely<Tables>, days: readonly { sensorId: number; day: string }[]): Promise<Set<number>> {
    const ids = days.map(({ sensorId }) => sensorId)
    await sql`select pg_advisory_xact_lock_shared(${lockClass}, id)
      from (select distinct id from unnest(${ids}::int4[]) id order by id) ordered`.execute(tx)
    // No sensor has an id as large as the classes of other locks.
    await sql`select pg_advisory_xact_lock(id, day - date '1990-01-01')
      from (select id, day from unnest(${ids}::int4[], ${days.map(({ day }) => day)}::date[]) d (id, day) order by id, day)
      ordered`.execute(tx)
    const { rows } = await sql<{ id: number }>`select id from sensor where id = any(${ids}::int4[])`.execute(tx)
    return new Set(rows.map(({ id }) => id))
  },

  /** Waits until nobody else rewrites them. In the order of their ids, so that two who wait never wait for each other. */
  async lock(tx: Kysely<Tables>, ids: readonly number[]): Promise<void> {
    await sql`select pg_advisory_xact_lock(${lockClass}, id)
      from (select id from unnest(${ids}::int4[]) id order by id) ordered`.execute(tx)
  },

  /** Takes hot rows away and hands them out: exactly those that are gone when the transaction commits. */
  async takeHot(
    tx: Kysely<Tables>,
    units: readonly { sensorId: number; fromMs: number; toMs: number }[],
  ): Promise<Map<number, Columns>> {
    const ids = units.map(({ sensorId }) => sensorId)
    const fromMs = Math.min(...units.map((unit) => unit.fromMs))
    const toMs = Math.max(...units.map((unit) => unit.toMs))
    const [from, to] = [new Date(fromMs), new Date(toMs)]
    const sameSpan = units.every((unit) => unit.fromMs === fromMs && unit.toMs === toMs)
    const iso = (ms: number) => new Date(ms).toISOString()
    const gone = sameSpan
      ? sql`delete from reading where sensor_id = any(${ids}::int4[]) and at >= ${from} and at < ${to} returning *`
      : sql`delete from reading r using unnest(${ids}::int4[], ${units.map((unit) => iso(unit.fromMs))}::timestamptz[],
              ${units.map((unit) => iso(unit.toMs))}::timestamptz[]) as d (id, from_at, to_at)
            where r.sensor_id = d.id and r.at >= d.from_at and r.at < d.to_at and r.at >= ${from} and r.at < ${to}
            returning r.*`
    const { rows } = await sql<{ sensor_id: number; hot_at: Buffer; hot_values: Buffer; hot_qualities: Buffer }>`
      with r as (${gone}) select r.sensor_id, ${hotColumns} from r group by r.sensor_id`.execute(tx)
    return new Map(rows.map((row) => [row.sensor_id, hotReadings(row)]))
  },

  isEmpty: async (db: Kysely<Tables>, span: Span): Promise<boolean> => {
    const { rows } = await sql<{ empty: boolean }>`
      select not exists (select from ${sql.table(partitionName(span))}) as empty`.execute(db)
    return rows[0]?.empty === true
  },

  /**
   * Drops a partition if it is still empty. Dropping needs the whole table for a moment; where it can't have it soon it
   * lets go and is tried again another time, since all that ingest would wait meanwhile.
   */
  async dropIfEmpty(db: Kysely<Tables>, span: Span): Promise<boolean> {
    return db.transaction().execute(async (tx) => {
      await sql`set local lock_timeout = ${sql.lit(dropLockMs)}`.execute(tx)
      await sql`lock table only reading in access exclusive mode`.execute(tx)
      const empty = await sealStore.isEmpty(tx, span)
      if (empty) await sql`drop table ${sql.table(partitionName(span))}`.execute(tx)
      return empty
    })
  },
}
