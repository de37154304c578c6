import { type Static, Type } from 'typebox'
import { Quality } from './readings.ts'
import { SensorTypeName } from './registry.ts'
import { Closed, Id, Nullable, Timestamp } from './wire.ts'

/** What a request for the past may cost, the same for the server that holds it and the clients that ask. */
export const historyLimits = {
  /** Records of one page. */
  recordsPerPage: 10_000,
  /** A request is cancelled after this. */
  timeoutMs: 5_000,
  /** Points of a chart series at the most. */
  seriesPoints: 4_000,
  /** Sensors named in one request. */
  sensors: 1_000,
} as const

/** `auto`: raw up to 24 hours, `15m` up to 7 days, `1h` up to 92 days, `1d` beyond. */
export const Resolution = Type.Enum(['auto', 'raw', '15m', '1h', '1d'])
export type Resolution = Static<typeof Resolution>

const Ids = Type.Array(Id, { minItems: 1, maxItems: historyLimits.sensors })

const range = {
  from: Type.String({
    format: 'date-time',
    examples: ['2026-11-01T00:00:00Z'],
    description: 'First instant asked for',
  }),
  to: Type.String({ format: 'date-time', examples: ['2026-11-02T00:00:00Z'], description: 'First instant after it' }),
}

/** The past of one sensor: buckets belong to the range if their start does, and are given whole. */
export const SensorHistoryQuery = Closed({
  ...range,
  resolution: Type.Optional(Resolution),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: historyLimits.recordsPerPage, default: 1_000 })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 400 })),
})

/** The past of a floor; `sensor_id` and `sensor_type` may be repeated, and a sensor must fit both. */
export const HistoryQuery = Closed({
  ...SensorHistoryQuery.properties,
  sensor_id: Type.Optional(Ids),
  sensor_type: Type.Optional(Type.Array(SensorTypeName, { minItems: 1, maxItems: 100 })),
})

export const RawRecord = Type.Object({ sensor_id: Id, timestamp: Timestamp, value: Type.Number(), quality: Quality })
export type RawRecord = Static<typeof RawRecord>

/**
 * One bucket of one sensor; `timestamp` is its start. `count`, `avg`, `min` and `max` are of the good readings, null
 * where there is none; `suspect` counts the others. Counters carry `increase`: the sum of rises between consecutive
 * good readings whose later one lies in the bucket; a fall is a roll-over where the sensor's `rollover_value` makes it
 * one, else a reset, which counts from zero; a declared meter replacement counts by its two readings. States carry `share`: the part of the covered time in which the
 * state was 1; a reading covers the time until the next one, three intervals of its sensor at the most.
 */
export const RollupRecord = Type.Object({
  sensor_id: Id,
  timestamp: Timestamp,
  count: Type.Integer(),
  suspect: Type.Integer(),
  avg: Nullable(Type.Number()),
  min: Nullable(Type.Number()),
  max: Nullable(Type.Number()),
  increase: Type.Optional(Nullable(Type.Number())),
  share: Type.Optional(Nullable(Type.Number())),
})
export type RollupRecord = Static<typeof RollupRecord>

/** Records in order of (timestamp, sensor_id). */
export const History = Type.Object({
  from: Timestamp,
  to: Timestamp,
  resolution: Type.Enum(['raw', '15m', '1h', '1d']),
  records: Type.Array(Type.Union([RawRecord, RollupRecord])),
  next_cursor: Nullable(Type.String()),
})
export type History = Static<typeof History>

export const SeriesQuery = Closed({
  ...range,
  points: Type.Optional(Type.Integer({ minimum: 10, maximum: historyLimits.seriesPoints, default: 800 })),
})

/**
 * A line of at most that many pixels, column by column; empty columns are left out, so a gap is a gap. `timestamp[i]` is
 * the start of column i's time; `min` and `max` bound what was read in it, `avg` is its mean, `suspect` counts the
 * readings that are in none of them; a column of suspect readings alone has null in all three. `late` counts the
 * readings that arrived late. Columns are `step_ms` wide, whole hours of the building where they are made from hours;
 * `late` is null then, as hours don't know it.
 */
export const Series = Type.Object({
  sensor_id: Id,
  from: Timestamp,
  to: Timestamp,
  step_ms: Type.Integer(),
  /** Readings that the answer was made from. */
  readings: Type.Integer(),
  timestamp: Type.Array(Type.Integer({ description: 'Milliseconds since 1970, UTC' })),
  min: Type.Array(Nullable(Type.Number())),
  max: Type.Array(Nullable(Type.Number())),
  avg: Type.Array(Nullable(Type.Number())),
  suspect: Type.Array(Type.Integer()),
  late: Nullable(Type.Array(Type.Integer())),
})
export type Series = Static<typeof Series>

export const ExportQuery = Closed({
  ...range,
  sensor_id: Ids,
  format: Type.Optional(Type.Enum(['csv', 'parquet'])),
})
