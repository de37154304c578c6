import { sensorKinds, sensorTypes } from '@plenum/contract'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Tables } from '#platform'
import { noReadings } from './columns.ts'
import type { FigureParts } from './day-figures.ts'
import { holdMsOf, mostHoldMs } from './held-state.ts'
import { type PackedRow, unpackDays } from './packed-days.ts'
import type { SegmentRow } from './segment-row.ts'
import { hotColumns, hotOver, hotReadings, longestDayMs, type PartsQuery, segmentColumns } from './segment-store.ts'

/** Of a sensor its packed days, or its hot rows, or one day that is counted from its readings. */
type FigureRow = { id: number } & (
  | ({ timezone: string; linked: boolean; hold_ms: number | null; hot_at: null } & Nullable<PackedRow>)
  | { timezone: null; hot_at: Buffer; hot_values: Buffer; hot_qualities: Buffer }
  | { timezone: null; hot_at: null; segment: SegmentRow }
)
type Nullable<T> = { [Name in keyof T]: T[Name] | null }

const states = sensorTypes.filter((type) => sensorKinds[type].behaviour === 'state')

/**
 * The sensors asked for: from where on they are read, and where their hot rows begin. Most days are older than all hot
 * rows of their sensor; comparing spares each of them a look into every partition.
 */
const askedSensors = ({ sensorIds, fromMs }: PartsQuery) => sql`
  select id, timezone, linked, hold_ms, ${instant(fromMs - longestDayMs)} - coalesce(hold_ms, 0) * interval '1 millisecond' as from_at,
         coalesce((select min(r.at) from reading r where r.sensor_id = id), 'infinity') as hot_from
  from (
    select s.id, b.timezone, is_counter(s.sensor_type) or s.sensor_type = any(${states}::text[]) as linked,
           case when s.sensor_type = any(${states}::text[]) then least(s.interval_s * ${holdMsOf(1)}::int8, ${mostHoldMs}) end as hold_ms
    from sensor s join building b on b.id = s.building_id
    where s.id = any(${sensorIds}::int4[])
  ) known`
const instant = (ms: number) => sql`${new Date(ms)}::timestamptz`

/**
 * Days whose figures can't be used: there are hot rows over them, or how long a state held was counted with another
 * longest hold than it has now. Looked for once, since every look at hot rows is planned for each of their partitions.
 */
const changedDays = (within: RawBuilder<unknown>) => sql`
  select s.sensor_id, s.from_at from asked join segment s on ${within}
  where s.from_at > asked.hot_from - interval '2 days' and s.to_at > asked.hot_from and ${hotOver}
  union
  select s.sensor_id, s.from_at from asked join segment s on ${within}
  where asked.hold_ms is not null and s.step_ms is not null and s.held[1] is distinct from asked.hold_ms`
const isChanged = sql`(s.sensor_id, s.from_at) in (select * from changed)`

const double = (name: string) => sql`float8send(coalesce(s.${sql.ref(name)}, 'NaN'))`
const plainFigures = sql`
  timestamptz_send(s.from_at) || timestamptz_send(s.to_at) || int4send(s.count) || int4send(s.suspect)
  || ${double('min')} || ${double('max')} || ${double('sum')}`
const linkedFigures = sql`${plainFigures}
  || ${double('first')} || ${double('last')} || ${double('increase')}
  || int4send(coalesce(s.first_good_ms, s.first_ms)) || int4send(coalesce(s.last_good_ms, s.last_ms))`
const scale = sql`int8send(coalesce(s.base, 0)) || int2send(coalesce(s.decimals, -1::int2))`
const hours = sql`
  coalesce(array_send(s.hours_int2), array_send(s.hours_int4), array_send(coalesce(s.hours_float8, '{}')))`
const all = (bytes: RawBuilder<unknown>) => sql`string_agg(${bytes}, ''::bytea)`
/** See `PackedRow`. Gauges apart: their figures stand at the beginning of a row, and the rest of it isn't looked at. */
const packedColumns = (linked: boolean, unit: 'hour' | 'day') => {
  const figures = linked ? linkedFigures : plainFigures
  return sql.join([
    all(unit === 'hour' ? sql`${figures} || ${scale}` : figures),
    unit === 'hour' ? all(hours) : none,
    linked ? sql`${all(sql`array_send(coalesce(s.steps, '{}'))`)} filter (where asked.hold_ms is null)` : none,
    linked ? sql`${all(sql`array_send(coalesce(s.held, '{}'))`)} filter (where asked.hold_ms is not null)` : none,
  ])
}
const none = sql`null::bytea`

/**
 * Figures of sealed days, readings only of those days that have hot rows over them or whose figures can't be used, and
 * the hot rows; in one statement, so that a day that is sealed meanwhile is seen either way. From a day before the range
 * on, of states as far before it as one may have held that still counts.
 *
 * Sensor by sensor along the primary key, which has days in order; as a join of all, PostgreSQL took twice as long.
 * @returns of sensors that exist
 */
export async function readFigures(
  db: Kysely<Tables>,
  query: PartsQuery,
  unit: 'hour' | 'day',
): Promise<Map<number, FigureParts>> {
  const within = sql`s.sensor_id = asked.id and s.from_at < ${instant(query.toMs)} and s.to_at > asked.from_at
    and s.from_at > asked.from_at - ${longestDayMs}::int4 * interval '1 millisecond'`
  const packedOf = (linked: boolean) => sql`
    select asked.id, asked.timezone, asked.linked, asked.hold_ms, packed.*, null, null, null, null
    from asked cross join lateral (
      select ${packedColumns(linked, unit)} from (
        select s.* from segment s
        where ${within} and not (${linked ? sql`` : sql`s.to_at > asked.hot_from and`} ${isChanged})
        order by s.from_at
      ) s
    ) packed
    where ${linked ? sql`asked.linked` : sql`not asked.linked`}`
  // Days as JSON, since there are few: a column for each of theirs would take longer to parse and plan than all to read.
  const { rows } = await sql<FigureRow>`
    with asked as materialized (${askedSensors(query)}),
         changed as materialized (${changedDays(within)})
    select s.sensor_id as id, null::text as timezone, null::bool as linked, null::int8 as hold_ms,
           null::bytea as packed, null::bytea as packed_hours, null::bytea as packed_steps, null::bytea as packed_held,
           null::bytea as hot_at, null::bytea as hot_values, null::bytea as hot_qualities, row_to_json(whole) as segment
    from changed c join segment s using (sensor_id, from_at) cross join lateral (select ${segmentColumns}) whole
    union all ${packedOf(false)}
    union all ${packedOf(true)}
    union all
    select asked.id, null, null, null, null, null, null, null, hot.*, null
    from asked cross join lateral (
      select ${hotColumns} from reading r
      where r.sensor_id = asked.id and r.at >= asked.from_at and r.at < ${instant(query.toMs)}
    ) hot
    where asked.hot_from < ${instant(query.toMs)} and hot.hot_at is not null`.execute(db, {
    signal: query.signal,
    inflightQueryAbortStrategy: 'cancel query',
  })
  const parts = new Map<number, FigureParts>()
  for (const row of rows) {
    if (row.timezone === null) continue
    const { id, timezone, hold_ms: holdMs, linked, packed } = row
    const days = packed === null ? null : unpackDays({ ...row, packed }, linked)
    parts.set(id, { timezone, holdMs: holdMs ?? undefined, packed: days, segments: [], hot: noReadings })
  }
  for (const row of rows) {
    if (row.timezone !== null) continue
    const part = parts.get(row.id) as FigureParts
    if (row.hot_at !== null) part.hot = hotReadings(row)
    else part.segments.push(row.segment)
  }
  for (const { segments } of parts.values()) segments.sort((a, b) => a.from_ms - b.from_ms)
  return parts
}
