import type { RetentionStage, SensorType } from '@plenum/contract'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Tables } from '#platform'
import type { CutOff } from './retention-plan.ts'
import { hotOver } from './segment-store.ts'

/** Days of one sensor each. */
export interface Dropped {
  sensorType: SensorType
  days: number
  readings: number
}

export interface Due extends Dropped {
  bytes: number
  /** As old, but their sensor was registered after the cut-off. */
  heldDays: number
  heldReadings: number
}

/** Columns of a segment that hold its readings; the rest are figures. */
const arrays = ['suspect_at', 'late_at', 'times_int2', 'times_int4', 'values_int2', 'values_int4', 'values_float8']
const stripped = sql.raw(['step_ms', 'unit_ms', ...arrays].map((name) => `${name} = null`).join(', '))
const bytesOf = {
  raw: sql.raw(arrays.map((name) => `coalesce(pg_column_size(s.${name}), 0)`).join(' + ')),
  rollup: sql`pg_column_size(s.*)`,
}
const readingsOf = sql`case when s.step_ms is null then 0 else s.count + s.suspect end`

/** Sensors `k` with the cut-offs of their kind. A kind that this version does not know is kept. */
const kept = (cutOffs: readonly CutOff[]): RawBuilder<unknown> => {
  const instants = (stage: RetentionStage) =>
    cutOffs.map((cutOff) => (cutOff[stage] === null ? null : new Date(cutOff[stage]).toISOString()))
  return sql`(
    select x.id, x.sensor_type, p.raw_before, p.rollup_before,
           x.created_at > p.raw_before as raw_held, x.created_at > p.rollup_before as rollup_held
    from sensor x join unnest(${cutOffs.map(({ sensorType }) => sensorType)}::text[], ${instants('raw')}::timestamptz[],
      ${instants('rollup')}::timestamptz[]) as p (sensor_type, raw_before, rollup_before) using (sensor_type)) k`
}

/**
 * Segments `s` of a sensor `k` that are too old: `to_at` decides, `day` and `from_at` bound what an index is asked for.
 * In no time zone does a date begin more than a day before it begins in UTC.
 */
const tooOld = {
  rollup: sql`s.sensor_id = k.id and s.from_at < k.rollup_before and s.to_at <= k.rollup_before`,
  raw: sql`s.sensor_id = k.id and s.step_ms is not null and s.day <= (k.raw_before at time zone 'UTC')::date + 1
    and s.to_at <= k.raw_before and (not k.rollup_held and s.to_at <= k.rollup_before) is not true`,
}
const held = { rollup: sql`k.rollup_held`, raw: sql`k.raw_held` }

/** The SQL of what is too old. */
export const retentionStore = {
  /** Of the next sensors by id, those with something due; `last` is where to go on, null after the last sensor. */
  async nextDue(
    db: Kysely<Tables>,
    cutOffs: readonly CutOff[],
    { after, limit, alsoHeld }: { after: number; limit: number; alsoHeld: boolean },
  ): Promise<{ last: number | null } & Record<RetentionStage, number[]>> {
    const due = (stage: RetentionStage) => {
      const found = sql`exists (select from segment s where ${tooOld[stage]})`
      return alsoHeld ? found : sql`not ${held[stage]} and ${found}`
    }
    const { rows } = await sql<{ last: number | null; raw: number[]; rollup: number[] }>`
      select max(id) as last, coalesce(array_agg(id) filter (where raw), '{}') as raw,
             coalesce(array_agg(id) filter (where rollup), '{}') as rollup
      from (select k.id, ${due('raw')} as raw, ${due('rollup')} as rollup
            from ${kept(cutOffs)} where k.id > ${after} order by k.id limit ${limit}) page`.execute(db)
    return rows[0] ?? { last: null, raw: [], rollup: [] }
  },

  async count(
    db: Kysely<Tables>,
    cutOffs: readonly CutOff[],
    stage: RetentionStage,
    sensorIds: readonly number[],
  ): Promise<Due[]> {
    const { rows } = await sql<Due>`
      select k.sensor_type as "sensorType",
             count(*) filter (where not ${held[stage]}) as days,
             coalesce(sum(${readingsOf}) filter (where not ${held[stage]}), 0)::int8 as readings,
             coalesce(sum(${bytesOf[stage]}) filter (where not ${held[stage]}), 0)::int8 as bytes,
             count(*) filter (where ${held[stage]}) as "heldDays",
             coalesce(sum(${readingsOf}) filter (where ${held[stage]}), 0)::int8 as "heldReadings"
      from ${kept(cutOffs)} join segment s on ${tooOld[stage]}
      where k.id = any(${sensorIds}::int4[]) group by 1`.execute(db)
    return rows
  },

  /**
   * Drops some of what is due and notes it, in one statement, so that a crash leaves both or neither. A day with rows
   * over it waits for its sealing, which would find their figures gone; one that somebody writes now waits as well.
   */
  async drop(
    db: Kysely<Tables>,
    cutOffs: readonly CutOff[],
    stage: RetentionStage,
    { sensorIds, limit, nowMs }: { sensorIds: readonly number[]; limit: number; nowMs: number },
  ): Promise<Dropped[]> {
    const before = sql.raw(`k.${stage}_before`)
    const going = sql`s.sensor_id = due.sensor_id and s.from_at = due.from_at`
    const gone = {
      rollup: sql`delete from segment s using due where ${going} returning due.*`,
      raw: sql`update segment s set ${stripped} from due where ${going} returning due.*`,
    }
    const now = new Date(nowMs)
    const { rows } = await sql<Dropped>`
      with due as materialized (
        select s.sensor_id, s.from_at, k.sensor_type, ${before} as before_at, ${readingsOf} as readings
        from ${kept(cutOffs)} join segment s on ${tooOld[stage]}
        where k.id = any(${sensorIds}::int4[]) and not ${held[stage]} and ${hotOver} is false
        limit ${limit} for update of s skip locked),
      gone as (${gone[stage]}),
      counts as (
        select sensor_type, max(before_at) as before_at, count(*)::int4 as days, sum(readings)::int8 as readings
        from gone group by 1),
      logged as (
        insert into retention_log as l (done_on, started_at, done_at, sensor_type, stage, before_at, days, readings)
        select (${now}::timestamptz at time zone 'UTC')::date, ${now}, ${now}, sensor_type, ${stage}, before_at, days, readings
        from counts order by sensor_type
        on conflict (done_on, sensor_type, stage) do update set done_at = greatest(l.done_at, excluded.done_at),
          before_at = greatest(l.before_at, excluded.before_at), days = l.days + excluded.days,
          readings = l.readings + excluded.readings)
      select sensor_type as "sensorType", days, readings from counts`.execute(db)
    return rows
  },

  /** The newest entries, or those older than one. */
  log: (db: Kysely<Tables>, { before, limit }: { before: number | null; limit: number }) =>
    db
      .selectFrom('retention_log')
      .selectAll()
      .$if(before !== null, (q) => q.where('id', '<', String(before)))
      .orderBy('id', 'desc')
      .limit(limit)
      .execute(),
}
