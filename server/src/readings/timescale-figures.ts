import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Tables } from '#platform'
import type { Figures } from './rollup.ts'
import type { SegmentRow } from './segment-row.ts'
import { instantMs, type PartsQuery, segmentColumns, segmentsWithin } from './segment-store.ts'

export interface Bucket {
  /** `increase` is what rose between good readings of the bucket; falls are judged. */
  figures: Figures
  firstGoodMs: number
  lastGoodMs: number
}

/** By the start of the bucket, milliseconds since 1970, in time order. */
export type Buckets = Map<number, Bucket>

/** As PostgreSQL writes an array of timestamptz. */
export const instantsText = (instantsMs: Float64Array): string =>
  `{${Array.from(instantsMs, (ms) => new Date(ms).toISOString()).join(',')}}`

const packedBytes = 76
/** A year's hours of a floor are 260,000 buckets: as rows they take longer to send and parse than to count. */
const packed = sql`string_agg(
  int4send(bucket) || int4send(count) || int4send(suspect)
  || float8send(coalesce(min, 'NaN')) || float8send(coalesce(max, 'NaN')) || float8send(coalesce(sum, 'NaN'))
  || float8send(coalesce(first, 'NaN')) || float8send(coalesce(last, 'NaN')) || float8send(coalesce(rises, 0))
  || timestamptz_send(coalesce(first_at, 'epoch')) || timestamptz_send(coalesce(last_at, 'epoch')),
  ''::bytea order by bucket)`

const replacedBetween = (from: RawBuilder<unknown>, to: RawBuilder<unknown>) => sql`exists (
  select from meter_replacement m where m.sensor_id = quarter.sensor_id and m.at > ${from} and m.at <= ${to})`
/** Functions only where they are needed: PostgreSQL can't merge them into the query, and a call takes a millisecond. */
const judged = sql`
  case when falls is not null or ${replacedBetween(sql`first_at`, sql`last_at`)}
       then quarter_rise(sensor_id, at, first_at, last_at, rises, falls) else coalesce(rises, 0) end
  + case when first < before or ${replacedBetween(sql`before_at`, sql`first_at`)}
         then link_rise(sensor_id, before_at, first_at, before, first) else coalesce(first - before, 0) end`

/**
 * Quarter hours added up to longer buckets, those with at least one reading, by sensor.
 * @param bucketsMs starts of the buckets, ascending, each at a quarter hour, and the end of the last
 * @param counters whether what rose within each bucket is wanted
 */
export async function readBuckets(
  db: Kysely<Tables>,
  query: { sensorIds: readonly number[]; bucketsMs: Float64Array; counters: boolean; signal?: AbortSignal | undefined },
): Promise<Map<number, Buckets>> {
  const { sensorIds, bucketsMs, counters, signal } = query
  const [from, to] = [new Date(bucketsMs[0] as number), new Date(bucketsMs.at(-1) as number)]
  const asked = sql`sensor_id = any(${sensorIds}::int4[]) and at >= ${from} and at < ${to}`
  const staleAsked = sql`sensor_id = any(${sensorIds}::int4[])
    and day > ${from}::timestamptz - interval '24 hours' and day < ${to}`
  // Two statements: what is marked after the first is not in this answer, as if it had been asked before. Together they
  // are planned over every chunk of readings, though mostly nothing is stale.
  const marked = await sql`select from stale_day where ${staleAsked} limit 1`.execute(db, { signal })
  const quarters =
    marked.rows.length === 0
      ? sql`select * from reading_15m where ${asked}`
      : sql`
        select q.* from reading_15m q left join (select distinct sensor_id, day from stale_day where ${staleAsked}) d
          on d.sensor_id = q.sensor_id and d.day = date_trunc('day', q.at, 'UTC')
        where q.sensor_id = any(${sensorIds}::int4[]) and q.at >= ${from} and q.at < ${to} and d.day is null
        union all
        select sensor_id, at, count, suspect, min, max, sum, first, last, first_at, last_at, rises, falls from stale_15m
        where ${asked} and ${staleAsked}`
  const { rows } = await sql<{ sensor_id: number; packed: Buffer }>`
    select sensor_id, ${packed} as packed
    from (
      select sensor_id, bucket, sum(count)::int4 as count, sum(suspect)::int4 as suspect, min(min) as min, max(max) as max,
             sum(sum) as sum, first(first, at) filter (where count > 0) as first,
             last(last, at) filter (where count > 0) as last, min(first_at) as first_at, max(last_at) as last_at,
             sum(rises) as rises
      from (
        select sensor_id, bucket, at, count, suspect, min, max, sum, first, last, first_at, last_at,
               ${counters ? judged : sql`0::float8`} as rises
        from (
          select *${counters ? sql`, lag(last_at) over earlier as before_at, lag(last) over earlier as before` : sql``}
          from (
            select *, width_bucket(at, ${instantsText(bucketsMs)}::timestamptz[]) - 1 as bucket from (${quarters}) one
          ) placed
          ${counters ? sql`window earlier as (partition by sensor_id, bucket, count > 0 order by at)` : sql``}
        ) quarter
      ) linked
      group by sensor_id, bucket
    ) one
    group by sensor_id`.execute(db, { signal, inflightQueryAbortStrategy: 'cancel query' })
  return new Map(rows.map((row) => [row.sensor_id, unpack(row.packed, bucketsMs)]))
}

function unpack(bytes: Buffer, bucketsMs: Float64Array): Buckets {
  const buckets: Buckets = new Map()
  for (let at = 0; at < bytes.length; at += packedBytes) {
    const double = (index: number) => bytes.readDoubleBE(at + 12 + index * 8)
    buckets.set(bucketsMs[bytes.readInt32BE(at)] as number, {
      figures: {
        count: bytes.readInt32BE(at + 4),
        suspect: bytes.readInt32BE(at + 8),
        min: double(0),
        max: double(1),
        sum: double(2),
        first: double(3),
        last: double(4),
        increase: double(5),
      },
      firstGoodMs: instantMs(bytes, at + 60),
      lastGoodMs: instantMs(bytes, at + 68),
    })
  }
  return buckets
}

/** Days of which retention has left only figures, by sensor, in time order. */
export async function readLeft(db: Kysely<Tables>, query: PartsQuery): Promise<Map<number, SegmentRow[]>> {
  const { rows } = await sql<SegmentRow>`
    select ${segmentColumns} from segment s where ${segmentsWithin(query)} order by s.sensor_id, s.from_at`.execute(
    db,
    {
      signal: query.signal,
      inflightQueryAbortStrategy: 'cancel query',
    },
  )
  return Map.groupBy(rows, (row) => row.sensor_id)
}
