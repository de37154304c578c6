import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'
import { noReadings } from './columns.ts'
import type { SealedDay } from './day-memory.ts'
import type { Columns } from './rollup.ts'
import { decodeReadings, type PackedReadings } from './segment-codec.ts'
import { hotColumns, hotReadings, type PartRow, type PartsQuery, segmentsWithin } from './segment-store.ts'

/** What is stored of a sensor in a range: its sealed days, in time order, and its hot rows. */
export interface ReadingParts {
  days: SealedDay[]
  hot: Columns
}

type HotRow = Pick<PartRow, 'hot_at' | 'hot_values' | 'hot_qualities'>
type DayRow = PackedReadings & HotRow & { sensor_id: number; to_ms: number; version: string; is_known: boolean }

const numberNames = ['count', 'suspect', 'first_ms', 'step_ms', 'unit_ms', 'decimals', 'base']
const arrayNames = ['suspect_at', 'late_at', 'times_int2', 'times_int4', 'values_int2', 'values_int4', 'values_float8']
const numbers = sql.raw(numberNames.map((name) => `s.${name}`).join(', '))
/** Not even unpacked where they are known. */
const arrays = sql.raw(
  arrayNames.map((name) => `case when k.version is null then s.${name}::text end as ${name}`).join(', '),
)
/** In place of all that but the sensor. */
const withoutDay = sql.raw(
  ['from_ms', 'to_ms', 'version', 'is_known', ...numberNames, ...arrayNames]
    .map((name) => `null as ${name}`)
    .join(', '),
)
const ms = (column: string) => sql.raw(`(extract(epoch from ${column}) * 1000)::float8`)
/**
 * Each version of a row names the transaction that wrote it, and of a row a transaction leaves but one version. Beside
 * that when the server was started: one that took the place of another may give a number again that was lost with it.
 */
const version = sql`(s.xmin || '/' || extract(epoch from pg_postmaster_start_time()))`

/**
 * Sealed and hot of some sensors, in one statement and so as of one moment: a day that is sealed meanwhile is seen
 * either way, never both or neither.
 * @param known days that need not be read again if their rows are still those
 */
export async function readReadings(
  db: Kysely<Tables>,
  query: PartsQuery,
  known: readonly SealedDay[],
): Promise<Map<number, ReadingParts>> {
  const { rows } = await sql<DayRow>`
    select s.sensor_id, ${ms('s.from_at')} as from_ms, ${ms('s.to_at')} as to_ms, ${version} as version,
           k.version is not null as is_known, ${numbers}, ${arrays},
           null::bytea as hot_at, null::bytea as hot_values, null::bytea as hot_qualities
    from segment s
    left join unnest(${known.map(({ sensorId }) => sensorId)}::int4[],
                     ${known.map(({ fromMs }) => new Date(fromMs).toISOString())}::timestamptz[],
                     ${known.map((day) => day.version)}::text[]) as k (sensor_id, from_at, version)
      on k.sensor_id = s.sensor_id and k.from_at = s.from_at and k.version = ${version}
    where ${segmentsWithin(query)}
    union all
    select r.sensor_id, ${withoutDay}, ${hotColumns} from reading r
    where r.sensor_id = any(${query.sensorIds}::int4[])
      and r.at >= ${new Date(query.fromMs)} and r.at < ${new Date(query.toMs)}
    group by r.sensor_id`.execute(db, { signal: query.signal, inflightQueryAbortStrategy: 'cancel query' })
  const knownDays = new Map(known.map((day) => [`${day.sensorId}/${day.fromMs}`, day]))
  const parts = new Map<number, ReadingParts>()
  for (const row of rows) {
    const { sensor_id: sensorId, from_ms: fromMs, to_ms: toMs } = row
    let part = parts.get(sensorId)
    if (!part) parts.set(sensorId, (part = { days: [], hot: noReadings }))
    if (row.hot_at !== null) part.hot = hotReadings(row)
    else if (row.is_known) part.days.push(knownDays.get(`${sensorId}/${fromMs}`) as SealedDay)
    else part.days.push({ sensorId, fromMs, toMs, version: row.version, readings: decodeReadings(row) })
  }
  for (const { days } of parts.values()) days.sort((a, b) => a.fromMs - b.fromMs)
  return parts
}
