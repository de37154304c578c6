import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'
import { inOrder, noReadings } from './columns.ts'
import type { Columns } from './rollup.ts'
import type { SegmentRow } from './segment-row.ts'

/** Milliseconds from 1970 to PostgreSQL's epoch, 2000-01-01. */
const postgresEpochMs = 946_684_800_000
/** Longer than any calendar day, so that a range of `from_at` finds every day that reaches into a range. */
export const longestDayMs = 26 * 3_600_000

/** Eight bytes of `timestamptz_send`. */
export const instantMs = (bytes: Buffer, at: number): number =>
  (bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4)) / 1000 + postgresEpochMs

/** What is stored of a sensor in a range: its sealed days, in time order, and its hot rows. */
export interface StoredParts {
  segments: SegmentRow[]
  hot: Columns
}

export interface PartRow extends SegmentRow {
  hot_at: Buffer | null
  hot_values: Buffer | null
  hot_qualities: Buffer | null
}

/** Hot rows as bytes: an array of numbers in text would cost ten times as much to write and to read. */
export const hotColumns = sql`
  string_agg(timestamptz_send(r.at), ''::bytea) as hot_at, string_agg(float8send(r.value), ''::bytea) as hot_values,
  string_agg(int2send(r.quality), ''::bytea) as hot_qualities`

export function hotReadings(row: Pick<PartRow, 'hot_at' | 'hot_values' | 'hot_qualities'>): Columns {
  const { hot_at: at, hot_values: values, hot_qualities: qualities } = row
  if (at === null || values === null || qualities === null) return noReadings
  const length = at.length / 8
  const columns = {
    atMs: new Float64Array(length),
    values: new Float64Array(length),
    qualities: new Uint8Array(length),
  }
  for (let i = 0; i < length; i++) {
    columns.atMs[i] = instantMs(at, i * 8)
    columns.values[i] = values.readDoubleBE(i * 8)
    columns.qualities[i] = qualities.readInt16BE(i * 2)
  }
  return inOrder(columns)
}

const msOf = (column: string) => `(extract(epoch from s.${column}) * 1000)::float8 as ${column.replace('_at', '_ms')}`
const figures = `s.sensor_id, s.day::text, ${msOf('from_at')}, ${msOf('to_at')}, s.count, s.suspect, s.min, s.max, s.sum,
  s.first, s.last, s.increase, s.newest, s.first_ms, s.last_ms, s.first_good_ms,
  s.last_good_ms, s.step_ms, s.unit_ms, s.decimals, s.base`
const arrays = [
  'hours_int2',
  'hours_int4',
  'hours_float8',
  'steps',
  'suspect_at',
  'late_at',
  'times_int2',
  'times_int4',
  'values_int2',
].concat(['values_int4', 'values_float8'])
export const segmentColumns = sql.raw([figures, ...arrays.map((name) => `s.${name}::text`)].join(', '))
/** Whether a segment `s` has hot rows over it. */
export const hotOver = sql`
  exists (select from reading r where r.sensor_id = s.sensor_id and r.at >= s.from_at and r.at < s.to_at)`
/** In place of a segment's columns but the first. */
export const withoutSegment = sql.raw(Array.from({ length: 20 + arrays.length }, () => 'null').join(', '))

export interface PartsQuery {
  sensorIds: readonly number[]
  fromMs: number
  toMs: number
  signal?: AbortSignal | undefined
}

/** Segments `s` that reach into a range. */
export const segmentsWithin = ({ sensorIds, fromMs, toMs }: PartsQuery) => sql`
  s.sensor_id = any(${sensorIds}::int4[]) and s.from_at < ${new Date(toMs)} and s.to_at > ${new Date(fromMs)}
  and s.from_at > ${new Date(fromMs - longestDayMs)}`

export function partOf(parts: Map<number, StoredParts>, sensorId: number): StoredParts {
  let part = parts.get(sensorId)
  if (!part) parts.set(sensorId, (part = { segments: [], hot: noReadings }))
  return part
}

/**
 * Sealed and hot of some sensors, in one statement and so as of one moment: a day that is sealed meanwhile is seen
 * either way, never both or neither.
 */
export async function readParts(db: Kysely<Tables>, query: PartsQuery): Promise<Map<number, StoredParts>> {
  const { rows } = await sql<PartRow>`
    select ${segmentColumns}, null::bytea as hot_at, null::bytea as hot_values, null::bytea as hot_qualities
    from segment s where ${segmentsWithin(query)}
    union all
    select r.sensor_id, ${withoutSegment}, ${hotColumns} from reading r
    where r.sensor_id = any(${query.sensorIds}::int4[])
      and r.at >= ${new Date(query.fromMs)} and r.at < ${new Date(query.toMs)}
    group by r.sensor_id`.execute(db, { signal: query.signal, inflightQueryAbortStrategy: 'cancel query' })
  const parts = new Map<number, StoredParts>()
  for (const row of rows) {
    const part = partOf(parts, row.sensor_id)
    if (row.hot_at === null) part.segments.push(row)
    else part.hot = hotReadings(row)
  }
  for (const { segments } of parts.values()) segments.sort((a, b) => a.from_ms - b.from_ms)
  return parts
}

/**
 * Sealed days that reach into spans, by sensor, in time order; nobody else changes them until the transaction ends.
 */
export async function readSegments(
  tx: Kysely<Tables>,
  spans: readonly { sensorId: number; fromMs: number; toMs: number }[],
): Promise<Map<number, SegmentRow[]>> {
  const instants = (of: (span: { fromMs: number; toMs: number }) => number) =>
    spans.map((span) => new Date(of(span)).toISOString())
  const { rows } = await sql<SegmentRow>`
    select ${segmentColumns}
    from unnest(${spans.map(({ sensorId }) => sensorId)}::int4[], ${instants(({ fromMs }) => fromMs)}::timestamptz[],
                ${instants(({ toMs }) => toMs)}::timestamptz[],
                ${instants(({ fromMs }) => fromMs - longestDayMs)}::timestamptz[])
      as d (sensor_id, from_at, to_at, reaches_from)
    join segment s on s.sensor_id = d.sensor_id and s.from_at > d.reaches_from and s.from_at < d.to_at
      and s.to_at > d.from_at
    order by s.sensor_id, s.from_at for update of s`.execute(tx)
  const bySensor = Map.groupBy(rows, (row) => row.sensor_id)
  for (const [id, found] of bySensor) {
    // Two spans may reach into one segment.
    bySensor.set(
      id,
      found.filter((row, i) => row.from_ms !== found[i - 1]?.from_ms),
    )
  }
  return bySensor
}

/** Where the newest sealed day of each sensor ends, in milliseconds since 1970; -Infinity where none is sealed. */
export async function newestSealedEnds(db: Kysely<Tables>, ids: readonly number[]): Promise<Map<number, number>> {
  const { rows } = await sql<{ id: number; end_ms: number | null }>`
    select id, (select (extract(epoch from s.to_at) * 1000)::float8 from segment s where s.sensor_id = id
                order by s.from_at desc limit 1) as end_ms
    from unnest(${ids}::int4[]) id`.execute(db)
  return new Map(rows.map(({ id, end_ms }) => [id, end_ms ?? Number.NEGATIVE_INFINITY]))
}

const numberOrNull = (number: number | null): number | null => (number === null || Number.isNaN(number) ? null : number)

/** Writes days; one that is there already is replaced. Arrays travel as text, since a row's length is its own. */
export async function writeSegments(db: Kysely<Tables>, rows: readonly SegmentRow[]): Promise<void> {
  const column = <K extends keyof SegmentRow>(name: K) => rows.map((row) => row[name])
  const number = (name: keyof SegmentRow) => rows.map((row) => numberOrNull(row[name] as number | null))
  const time = (name: 'from_ms' | 'to_ms') => rows.map((row) => new Date(row[name]).toISOString())
  await sql`
    insert into segment as s (sensor_id, day, from_at, to_at, count, suspect, min, max, sum, first, last, increase,
      newest, first_ms, last_ms, first_good_ms, last_good_ms, step_ms, unit_ms, decimals, base, hours_int2, hours_int4,
      hours_float8, steps, suspect_at, late_at, times_int2, times_int4, values_int2, values_int4, values_float8)
    select a, b, c, d, e, f, g, h, i, j, k, l, m, n, ga, gb, o, p, q, r, t, ha::int2[], hb::int4[], hc::float8[],
      st::float8[], sa::int4multirange, la::int4multirange, ta::int2[], tb::int4[], va::int2[], vb::int4[], vc::float8[]
    from unnest(${column('sensor_id')}::int4[], ${column('day')}::date[], ${time('from_ms')}::timestamptz[],
      ${time('to_ms')}::timestamptz[], ${column('count')}::int4[], ${column('suspect')}::int4[],
      ${number('min')}::float8[], ${number('max')}::float8[], ${number('sum')}::float8[], ${number('first')}::float8[],
      ${number('last')}::float8[], ${number('increase')}::float8[], ${number('newest')}::float8[],
      ${column('first_ms')}::int4[], ${column('last_ms')}::int4[], ${column('first_good_ms')}::int4[],
      ${column('last_good_ms')}::int4[], ${column('step_ms')}::int4[],
      ${column('unit_ms')}::int4[], ${column('decimals')}::int2[], ${column('base')}::int8[],
      ${column('hours_int2')}::text[], ${column('hours_int4')}::text[], ${column('hours_float8')}::text[],
      ${column('steps')}::text[], ${column('suspect_at')}::text[], ${column('late_at')}::text[], ${column('times_int2')}::text[], ${column('times_int4')}::text[],
      ${column('values_int2')}::text[], ${column('values_int4')}::text[], ${column('values_float8')}::text[])
      as new (a, b, c, d, e, f, g, h, i, j, k, l, m, n, ga, gb, o, p, q, r, t, ha, hb, hc, st, sa, la, ta, tb, va, vb, vc)
    on conflict (sensor_id, from_at) do update set (to_at, count, suspect, min, max, sum, first, last, increase, newest,
      first_ms, last_ms, first_good_ms, last_good_ms, step_ms, unit_ms, decimals, base, hours_int2, hours_int4,
      hours_float8, steps, suspect_at, late_at, times_int2, times_int4, values_int2, values_int4, values_float8) =
      (excluded.to_at, excluded.count, excluded.suspect, excluded.min, excluded.max, excluded.sum, excluded.first,
      excluded.last, excluded.increase, excluded.newest, excluded.first_ms, excluded.last_ms, excluded.first_good_ms,
      excluded.last_good_ms, excluded.step_ms,
      excluded.unit_ms, excluded.decimals, excluded.base, excluded.hours_int2, excluded.hours_int4,
      excluded.hours_float8, excluded.steps, excluded.suspect_at, excluded.late_at, excluded.times_int2, excluded.times_int4, excluded.values_int2,
      excluded.values_int4, excluded.values_float8)`.execute(db)
}
