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

/** Columns of a segment by their type; `_at` of a column is `_ms` in a row. */
const figureTypes = {
  sensor_id: 'int4',
  day: 'date',
  from_at: 'timestamptz',
  to_at: 'timestamptz',
  count: 'int4',
  suspect: 'int4',
  min: 'float8',
  max: 'float8',
  sum: 'float8',
  first: 'float8',
  last: 'float8',
  increase: 'float8',
  newest: 'float8',
  first_ms: 'int4',
  last_ms: 'int4',
  first_good_ms: 'int4',
  last_good_ms: 'int4',
  step_ms: 'int4',
  unit_ms: 'int4',
  decimals: 'int2',
  base: 'int8',
} as const
/** These travel as text, since each has its own length. */
const arrayTypes = {
  hours_int2: 'int2[]',
  hours_int4: 'int4[]',
  hours_float8: 'float8[]',
  steps: 'float8[]',
  held: 'int4[]',
  suspect_at: 'int4multirange',
  late_at: 'int4multirange',
  times_int2: 'int2[]',
  times_int4: 'int4[]',
  values_int2: 'int2[]',
  values_int4: 'int4[]',
  values_float8: 'float8[]',
} as const
type FigureName = keyof typeof figureTypes
const figureNames = Object.keys(figureTypes) as FigureName[]
const arrayNames = Object.keys(arrayTypes) as (keyof typeof arrayTypes)[]

const readFigure = (name: FigureName): string => {
  if (figureTypes[name] === 'timestamptz') return `(extract(epoch from s.${name}) * 1000)::float8 as ${msOf(name)}`
  return name === 'day' ? 's.day::text' : `s.${name}`
}
const msOf = (name: FigureName) => name.replace('_at', '_ms') as keyof SegmentRow
export const segmentColumns = sql.raw(
  [...figureNames.map(readFigure), ...arrayNames.map((name) => `s.${name}::text`)].join(', '),
)
/** Whether a segment `s` has hot rows over it. */
export const hotOver = sql`
  exists (select from reading r where r.sensor_id = s.sensor_id and r.at >= s.from_at and r.at < s.to_at)`
/** In place of a segment's columns but the first. */
export const withoutSegment = sql.raw(
  [...figureNames, ...arrayNames]
    .slice(1)
    .fill('null' as never)
    .join(', '),
)

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

/** What is written of a figure in each row. */
function figuresOf(rows: readonly SegmentRow[], name: FigureName): unknown[] {
  switch (figureTypes[name]) {
    case 'timestamptz':
      return rows.map((row) => new Date(row[msOf(name)] as number).toISOString())
    case 'float8':
      return rows.map((row) => {
        const number = row[name as keyof SegmentRow]
        return Number.isNaN(number) ? null : number
      })
    default:
      return rows.map((row) => row[name as keyof SegmentRow])
  }
}

const names = [...figureNames, ...arrayNames]
const written = {
  names: sql.raw(names.join(', ')),
  values: sql.raw([...figureNames, ...arrayNames.map((name) => `${name}::${arrayTypes[name]}`)].join(', ')),
  replacing: sql.raw(names.map((name) => `excluded.${name}`).join(', ')),
}

/** Writes days; one that is there already is replaced. */
export async function writeSegments(db: Kysely<Tables>, rows: readonly SegmentRow[]): Promise<void> {
  const columns = [
    ...figureNames.map((name) => sql`${figuresOf(rows, name)}::${sql.raw(figureTypes[name])}[]`),
    ...arrayNames.map((name) => sql`${rows.map((row) => row[name])}::text[]`),
  ]
  await sql`
    insert into segment (${written.names})
    select ${written.values} from unnest(${sql.join(columns)}) as new (${written.names})
    on conflict (sensor_id, from_at) do update set (${written.names}) = row (${written.replacing})`.execute(db)
}
