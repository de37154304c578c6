import { type Kysely, sql } from 'kysely'
import type { Clock, Log, Tables } from '#platform'
import { defaultRetention, type Expiry, planRetention, type Retention } from './retention-plan.ts'

/** Sensor-days of one statement. */
const daysPerStep = 2_000

/** What goes, or would go. */
export interface Expired extends Expiry {
  days: number
  readings: number
}

/**
 * Drops what is older than its kind is kept: readings first, the figures of hours and days much later. Only sealed days
 * go; what arrives for a day whose readings went is dropped when that day is sealed.
 */
export function createRetention(options: { db: Kysely<Tables>; clock: Clock; log: Log; retention?: Retention }) {
  const { db, clock, log, retention = defaultRetention } = options

  const expired = ({ sensorType, stage, beforeMs }: Expiry) => sql`
    segment s join sensor x on x.id = s.sensor_id
    where x.sensor_type = ${sensorType} and s.to_at <= ${new Date(beforeMs)}
      ${stage === 'raw' ? sql`and s.step_ms is not null` : sql``}`

  const dropSome = async (expiry: Expiry): Promise<{ days: number; readings: number }> => {
    const due = sql`select s.sensor_id, s.from_at from ${expired(expiry)} limit ${daysPerStep} for update of s skip locked`
    const going = sql`s.sensor_id = due.sensor_id and s.from_at = due.from_at`
    const held = sql`case when s.step_ms is null then 0 else s.count + s.suspect end`
    const gone =
      expiry.stage === 'rollup'
        ? sql`delete from segment s using due where ${going} returning ${held} as readings`
        : // What the statement returns is the row as it is afterwards, but the counts stay.
          sql`update segment s set step_ms = null, unit_ms = null, suspect_at = null, late_at = null, times_int2 = null,
                times_int4 = null, values_int2 = null, values_int4 = null, values_float8 = null
              from due where ${going} returning s.count + s.suspect as readings`
    const { rows } = await sql<{ days: number; readings: number }>`
      with due as materialized (${due}), gone as (${gone}),
      counts as (select count(*)::int4 as days, coalesce(sum(readings), 0)::int8 as readings from gone),
      logged as (
        insert into retention_log (sensor_type, stage, before_at, days, readings)
        select ${expiry.sensorType}, ${expiry.stage}, ${new Date(expiry.beforeMs)}, days, readings from counts
        where days > 0)
      select days, readings from counts`.execute(db)
    return rows[0] ?? { days: 0, readings: 0 }
  }

  return {
    /** What `dropExpired` would drop now. */
    async wouldDrop(): Promise<Expired[]> {
      const found: Expired[] = []
      for (const expiry of planRetention(retention, clock.now())) {
        const { rows } = await sql<{ days: number; readings: number }>`
          select count(*)::int4 as days,
                 coalesce(sum(case when s.step_ms is null then 0 else s.count + s.suspect end), 0)::int8 as readings
          from ${expired(expiry)}`.execute(db)
        const [counts] = rows
        if (counts && counts.days > 0) found.push({ ...expiry, ...counts })
      }
      return found
    },

    /** A few thousand sensor-days a statement; each is in `retention_log` with what it dropped. */
    async dropExpired(): Promise<Expired[]> {
      const dropped: Expired[] = []
      for (const expiry of planRetention(retention, clock.now())) {
        const sum = { ...expiry, days: 0, readings: 0 }
        for (;;) {
          const { days, readings } = await dropSome(expiry)
          sum.days += days
          sum.readings += readings
          if (days < daysPerStep) break
        }
        if (sum.days > 0) dropped.push(sum)
      }
      if (dropped.length > 0) log.info({ dropped }, 'readings older than they are kept were dropped')
      return dropped
    },
  }
}
