import { type Static, Type } from 'typebox'
import { SensorTypeName } from './registry.ts'
import { Closed, Nullable, PageQuery, Timestamp } from './wire.ts'

/** A day is sealed two hours after its end, as a rule; below a week a short outage would let readings go unsealed. */
export const retentionLimits = { days: { least: 7, most: 36_500 }, months: { least: 1, most: 1_200 } } as const

const { days, months } = retentionLimits

/** Calendar months in UTC, days of 24 hours, or no end. */
export const RetentionPeriod = Type.Union([
  Closed({ months: Type.Integer({ minimum: months.least, maximum: months.most }) }),
  Closed({ days: Type.Integer({ minimum: days.least, maximum: days.most }) }),
  Type.Literal('for_ever'),
])
export type RetentionPeriod = Static<typeof RetentionPeriod>

const periods = {
  /** Readings themselves. */
  raw: RetentionPeriod,
  /** Figures of hours and days; never kept shorter than the readings. */
  rollup: RetentionPeriod,
}
export const RetentionPeriods = Closed(periods)
export type RetentionPeriods = Static<typeof RetentionPeriods>

export const RetentionStage = Type.Enum(['raw', 'rollup'])
export type RetentionStage = Static<typeof RetentionStage>

/** How long readings of a kind are kept. */
export const Retention = Type.Object({
  sensor_type: SensorTypeName,
  ...periods,
  is_default: Type.Boolean(),
  default: Type.Object(periods),
  /** Null where it is the default. */
  updated_at: Nullable(Timestamp),
})
export type Retention = Static<typeof Retention>

/** What goes of a kind at a stage: sealed days that ended at or before an instant. */
export const RetentionDue = Type.Object({
  sensor_type: SensorTypeName,
  stage: RetentionStage,
  before: Timestamp,
  /** Days of one sensor each. */
  days: Type.Integer(),
  readings: Type.Integer(),
  /** Compressed, as they lie in the table; the file does not shrink, its space is used again. */
  bytes: Type.Integer(),
  /** As old, but kept: their sensor was registered after `before`. */
  held_days: Type.Integer(),
  held_readings: Type.Integer(),
})
export type RetentionDue = Static<typeof RetentionDue>

const DueList = Type.Array(RetentionDue, { description: 'Kinds and stages of which nothing is due are left out' })

export const RetentionDryRunInput = Nullable(
  Closed({ rules: Type.Array(Closed({ sensor_type: SensorTypeName, ...periods }), { maxItems: 100 }) }),
)
export const RetentionDryRun = Type.Object({
  items: DueList,
  total: Type.Object({ days: Type.Integer(), readings: Type.Integer(), bytes: Type.Integer() }),
})
export type RetentionDryRun = Static<typeof RetentionDryRun>

/** A kind as it is now, and what the next run would drop of it. */
export const RetentionChanged = Type.Object({ ...Retention.properties, would_drop: DueList })

export const RetentionLogQuery = Closed(PageQuery)
/** What went of a kind at a stage on one day (UTC). */
export const RetentionLogEntry = Type.Object({
  id: Type.Integer(),
  sensor_type: Type.String(),
  stage: RetentionStage,
  /** Everything of the kind that ended at or before it. */
  before: Timestamp,
  days: Type.Integer(),
  readings: Type.Integer(),
  started_at: Timestamp,
  done_at: Timestamp,
})
export type RetentionLogEntry = Static<typeof RetentionLogEntry>
