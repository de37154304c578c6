import type pg from 'pg'
import type { ReadingTable } from './reading-table.ts'

/** Sensors of a question, by what their buckets need. */
export interface AskedSensors {
  all: number[]
  counters: number[]
  states: number[]
}

export interface DayBucket {
  sensor_id: number
  ms: number
  count: number
  suspect: number
  avg: number | null
  min: number | null
  max: number | null
  increase: number | null
  share: number | null
}

/**
 * The same readings as ordinary rows, as anyone would keep them without segments. In favour of rows: each sensor's lie
 * together a month at a time, and nothing is written to the log.
 */
export async function openRawReadings(table: ReadingTable) {
  const { client } = table
  await client.query('begin')
  await client.query('create unlogged table raw_reading (like reading including constraints)')

  return {
    add: (chunks: readonly Buffer[]) => table.copy(chunks, 'raw_reading', true),

    /** The primary key at last: the fastest way to have both. */
    async end(): Promise<void> {
      await client.query('alter table raw_reading add primary key (sensor_id, at)')
      await client.query('commit')
      await client.query('analyze raw_reading')
    },

    days: (sensors: AskedSensors, fromMs: number, toMs: number) =>
      rowsOf<DayBucket>(client, daysSql, [sensors.all, sensors.counters, sensors.states, fromMs, toMs].map(instant)),

    columns: (sensorId: number, fromMs: number, toMs: number, stepMs: number) =>
      rowsOf<ChartColumn>(client, columnsSql, [sensorId, new Date(fromMs), new Date(toMs), `${stepMs} milliseconds`]),

    readings: (fromMs: number, toMs: number) => rowsOf<RawRow>(client, readingsSql, [new Date(fromMs), new Date(toMs)]),
  }
}

const instant = (value: number[] | number): number[] | Date => (typeof value === 'number' ? new Date(value) : value)

async function rowsOf<T extends pg.QueryResultRow>(client: pg.Client, sql: string, values: unknown[]): Promise<T[]> {
  return (await client.query<T>(sql, values)).rows
}

const epochMs = (column: string) => `(extract(epoch from ${column}) * 1000)::float8 as ms`

/**
 * Days of the building, which has no daylight saving time: counted from the first instant of the range. What a counter
 * rose by is counted from one good reading to the next; a state holds until the next one, three minutes at the most.
 */
const daysSql = `
  with day as (
    select sensor_id, date_bin('1 day', at, $4) as day,
           count(*) filter (where quality = 0)::int4 as count, count(*) filter (where quality <> 0)::int4 as suspect,
           avg(value) filter (where quality = 0) as avg,
           min(value) filter (where quality = 0) as min, max(value) filter (where quality = 0) as max
    from raw_reading where sensor_id = any($1::int4[]) and at >= $4 and at < $5 group by 1, 2
  ), rises as (
    select sensor_id, date_bin('1 day', at, $4) as day,
           sum(case when value >= before then value - before when value < before then value else 0 end) as increase
    from (select sensor_id, at, value, lag(value) over (partition by sensor_id order by at) as before
          from raw_reading where sensor_id = any($2::int4[]) and quality = 0 and at >= $4 and at < $5) one
    group by 1, 2
  ), held as (
    select sensor_id, part.day, value, extract(epoch from part.held) as s
    from (select sensor_id, at, value, date_bin('1 day', at, $4) as day,
                 least(lead(at) over (partition by sensor_id order by at), at + interval '3 minutes') as until
          from raw_reading where sensor_id = any($3::int4[]) and quality = 0 and at >= $4 and at < $5) one
    cross join lateral (values (day, least(until, day + interval '1 day') - at),
                               (day + interval '1 day', until - day - interval '1 day')) as part (day, held)
    where part.held > interval '0'
  ), shares as (
    select sensor_id, day, (sum(s) filter (where value >= 0.5) / sum(s))::float8 as share from held group by 1, 2
  )
  select sensor_id, ${epochMs('day')}, count, suspect, avg, min, max, increase, share
  from day left join rises using (sensor_id, day) left join shares using (sensor_id, day)
  order by day, sensor_id`

export interface ChartColumn {
  ms: number
  min: number | null
  max: number | null
  avg: number | null
  suspect: number
}

const columnsSql = `
  select ${epochMs('date_bin($4::interval, at, $2)')},
         min(value) filter (where quality = 0) as min, max(value) filter (where quality = 0) as max,
         avg(value) filter (where quality = 0) as avg, count(*) filter (where quality <> 0)::int4 as suspect
  from raw_reading where sensor_id = $1 and at >= $2 and at < $3 group by 1 order by 1`

export interface RawRow {
  sensor_id: number
  ms: number
  value: number
  quality: number
}

const readingsSql = `
  select sensor_id, ${epochMs('at')}, value, quality
  from raw_reading where at >= $1 and at < $2 and sensor_id = any(array(select id from sensor))
  order by at, sensor_id`
