import { type Static, Type } from 'typebox'
import { Quality } from './readings.ts'
import { SensorTypeName } from './registry.ts'
import { Closed, Id, Nullable, Timestamp } from './wire.ts'

/** What a request for the past may cost, the same for the server that holds it and the clients that ask. */
export const historyLimits = {
  /** Records of one page. */
  recordsPerPage: 10_000,
  /** A statement is cancelled after this. */
  timeoutMs: 5_000,
  /** Points of a chart series at the most. */
  seriesPoints: 4_000,
} as const

/** `auto`: raw up to 24 hours, `15m` up to 7 days, `1h` up to 92 days, `1d` beyond. */
export const Resolution = Type.Enum(['auto', 'raw', '15m', '1h', '1d'])
export type Resolution = Static<typeof Resolution>

const Ids = Type.Array(Id, { minItems: 1, maxItems: 1_000 })

export const HistoryQuery = Closed({
  from: Timestamp,
  to: Timestamp,
  sensor_id: Type.Optional(Ids),
  sensor_type: Type.Optional(Type.Array(SensorTypeName, { minItems: 1 })),
  resolution: Type.Optional(Resolution),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: historyLimits.recordsPerPage, default: 1_000 })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 400 })),
})

export const RawRecord = Type.Object({ sensor_id: Id, timestamp: Timestamp, value: Type.Number(), quality: Quality })

/**
 * One bucket of one sensor. `avg`, `min` and `max` are of the good readings, null where there is none; `suspect` counts
 * the others. Counters carry `increase`, states `share`: the part of the covered time in which the state was 1.
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

export const History = Type.Object({
  from: Timestamp,
  to: Timestamp,
  resolution: Type.Enum(['raw', '15m', '1h', '1d']),
  records: Type.Array(Type.Union([RawRecord, RollupRecord])),
  next_cursor: Nullable(Type.String()),
})
export type History = Static<typeof History>

export const SeriesQuery = Closed({
  from: Timestamp,
  to: Timestamp,
  points: Type.Optional(Type.Integer({ minimum: 10, maximum: historyLimits.seriesPoints, default: 800 })),
})

/**
 * A line of that many pixels, column by column; empty columns are left out, so a gap is a gap. `timestamp[i]` is the
 * start of column i's time; `min` and `max` bound what was read in it, `avg` is its mean, `suspect` counts the readings
 * that are in none of them. Columns are `step_ms` wide; a column of one reading has min = avg = max.
 */
export const Series = Type.Object({
  sensor_id: Id,
  from: Timestamp,
  to: Timestamp,
  step_ms: Type.Integer(),
  /** Readings that the answer was made from. */
  readings: Type.Integer(),
  timestamp: Type.Array(Type.Integer({ description: 'Milliseconds since 1970, UTC' })),
  min: Type.Array(Type.Number()),
  max: Type.Array(Type.Number()),
  avg: Type.Array(Type.Number()),
  suspect: Type.Array(Type.Integer()),
})
export type Series = Static<typeof Series>

export const ExportQuery = Closed({
  sensor_id: Ids,
  from: Timestamp,
  to: Timestamp,
  format: Type.Optional(Type.Enum(['csv', 'parquet'])),
})
