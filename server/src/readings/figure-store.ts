import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'
import type { SegmentRow } from './segment-row.ts'
import {
  hotColumns,
  hotOver,
  hotReadings,
  instantMs,
  type PartRow,
  type PartsQuery,
  partOf,
  segmentColumns,
  segmentsWithin,
  type StoredParts,
  withoutSegment,
} from './segment-store.ts'

interface FigureRow extends PartRow {
  packed: Buffer | null
  packed_hours: string | null
  packed_steps: string | null
  packed_held: string | null
}

/** Bytes of one day in `packed`. */
const packedBytes = 90
const packed = sql`string_agg(
  timestamptz_send(s.from_at) || timestamptz_send(s.to_at) || int4send(s.count) || int4send(s.suspect)
  || float8send(coalesce(s.min, 'NaN')) || float8send(coalesce(s.max, 'NaN')) || float8send(coalesce(s.sum, 'NaN'))
  || float8send(coalesce(s.first, 'NaN')) || float8send(coalesce(s.last, 'NaN'))
  || float8send(coalesce(s.increase, 'NaN')) || int2send(coalesce(s.decimals, -1)::int2) || int8send(coalesce(s.base, 0)::int8)
  || int4send(coalesce(s.first_good_ms, s.first_ms)) || int4send(coalesce(s.last_good_ms, s.last_ms)),
  ''::bytea)`
/** In the same order; figures as doubles are told apart by their letter. */
const packedHours = sql`string_agg(coalesce(s.hours_int2::text, s.hours_int4::text, 'f' || s.hours_float8::text), ';')`

/** In the same order, empty where a day has none; null where none of them has any. */
const packedArrays = (name: 'steps' | 'held') => {
  const column = sql.raw(`s.${name}`)
  return sql`case when bool_or(${column} is not null) then string_agg(coalesce(${column}::text, ''), ';') end`
}

/**
 * The sensors asked for: where their hot rows begin, and how long a state holds. Most days are older than all hot rows
 * of their sensor; comparing spares each of them a look into every partition.
 */
const askedSensors = ({ sensorIds }: PartsQuery, holdsMs: ReadonlyMap<number, number>) => sql`
  select id, hold_ms, (select min(r.at) from reading r where r.sensor_id = id) as hot_from
  from unnest(${sensorIds}::int4[], ${sensorIds.map((id) => holdsMs.get(id) ?? null)}::int4[]) as asked (id, hold_ms)`
const isHot = sql`(s.to_at > asked.hot_from and ${hotOver})`
/** How long a state held in `s` was counted with another longest hold than it has now. */
const heldOtherwise = sql`(asked.hold_ms is not null and s.step_ms is not null and s.held[1] is distinct from asked.hold_ms)`

/**
 * Figures of sealed days, readings only of those days that have hot rows over them or whose figures can't be used, and
 * the hot rows; in one statement.
 * The days of a sensor come packed in one row: 11,000 rows of a floor's year took 250 ms to send and parse, packed 40.
 * @param holdsMs the longest that a reading holds, of sensors that are states
 */
export async function readFigures(
  db: Kysely<Tables>,
  query: PartsQuery,
  unit: 'hour' | 'day',
  holdsMs: ReadonlyMap<number, number>,
): Promise<Map<number, StoredParts>> {
  const whole = sql`
    select ${segmentColumns}, null::bytea as hot_at, null::bytea as hot_values, null::bytea as hot_qualities,
           null::bytea as packed, null::text as packed_hours, null::text as packed_steps, null::text as packed_held
    from asked join segment s on s.sensor_id = asked.id and ${segmentsWithin(query)}`
  const { rows } = await sql<FigureRow>`
    with asked as materialized (${askedSensors(query, holdsMs)})
    ${whole} where s.from_at > asked.hot_from - interval '2 days' and ${isHot}
    union all
    ${whole} where asked.hold_ms is not null and ${heldOtherwise} and ${isHot} is not true
    union all
    select s.sensor_id, ${withoutSegment}, null, null, null, ${packed}, ${unit === 'hour' ? packedHours : null},
           ${packedArrays('steps')}, ${packedArrays('held')}
    from asked join segment s on s.sensor_id = asked.id and ${segmentsWithin(query)}
    where ${isHot} is not true and not ${heldOtherwise}
    group by s.sensor_id
    union all
    select r.sensor_id, ${withoutSegment}, ${hotColumns}, null, null, null, null from reading r
    where r.sensor_id = any(${query.sensorIds}::int4[])
      and r.at >= ${new Date(query.fromMs)} and r.at < ${new Date(query.toMs)}
    group by r.sensor_id`.execute(db, { signal: query.signal, inflightQueryAbortStrategy: 'cancel query' })
  const parts = new Map<number, StoredParts>()
  for (const row of rows) {
    const part = partOf(parts, row.sensor_id)
    if (row.hot_at !== null) part.hot = hotReadings(row)
    else if (row.packed === null) part.segments.push(row)
    else part.segments.push(...unpack(row.sensor_id, row.packed, row))
  }
  for (const { segments } of parts.values()) segments.sort((a, b) => a.from_ms - b.from_ms)
  return parts
}

function unpack(sensorId: number, bytes: Buffer, texts: Omit<FigureRow, 'packed'>): SegmentRow[] {
  const hours = texts.packed_hours?.split(';')
  const steps = texts.packed_steps?.split(';')
  const held = texts.packed_held?.split(';')
  return Array.from({ length: bytes.length / packedBytes }, (_, i) => {
    const at = i * packedBytes
    const double = (index: number) => bytes.readDoubleBE(at + 24 + index * 8)
    const decimals = bytes.readInt16BE(at + 72)
    const text = hours?.[i] ?? null
    const exact = text !== null && !text.startsWith('f')
    const increase = double(5)
    return {
      sensor_id: sensorId,
      day: '',
      from_ms: instantMs(bytes, at),
      to_ms: instantMs(bytes, at + 8),
      count: bytes.readInt32BE(at + 16),
      suspect: bytes.readInt32BE(at + 20),
      min: double(0),
      max: double(1),
      sum: double(2),
      first: double(3),
      last: double(4),
      increase: Number.isNaN(increase) ? null : increase,
      decimals: decimals < 0 ? null : decimals,
      // Below 2^53, as it was when it was written.
      base: bytes.readInt32BE(at + 74) * 2 ** 32 + bytes.readUInt32BE(at + 78),
      first_good_ms: bytes.readInt32BE(at + 82),
      last_good_ms: bytes.readInt32BE(at + 86),
      steps: steps?.[i] || null,
      held: held?.[i] || null,
      hours_int4: exact ? text : null,
      hours_float8: exact || text === null ? null : text.slice(1),
      ...withoutReadings,
    }
  })
}

const withoutReadings = {
  newest: null,
  first_ms: 0,
  last_ms: 0,
  step_ms: null,
  unit_ms: null,
  hours_int2: null,
  suspect_at: null,
  late_at: null,
  times_int2: null,
  times_int4: null,
  values_int2: null,
  values_int4: null,
  values_float8: null,
}
