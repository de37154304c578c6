import { type Static, Type } from 'typebox'
import { Id, Timestamp } from './wire.ts'

/** Limits of the ingest endpoint, the same for the server that holds them and the clients that keep them. */
export const ingestLimits = {
  /** Readings in one JSON request; NDJSON has no such limit. */
  readingsPerRequest: 10_000,
  /** Bytes of a JSON body, before and after gzip. */
  jsonBytes: 4 * 1024 * 1024,
  /** Bytes of an NDJSON body, before and after gzip. */
  ndjsonBytes: 4 * 1024 * 1024 * 1024,
  /** Bytes of one NDJSON line. */
  lineBytes: 16 * 1024,
  /** Bytes of one line of a bulk import: a day of one sensor with a reading a second. */
  runBytes: 2 * 1024 * 1024,
  /** Nesting of a JSON body. */
  depth: 32,
  /** Errors told one by one; `rejected` counts them all. */
  errorsTold: 10_000,
  /** How far ahead of the server's clock a reading may be. */
  aheadMs: 10 * 60_000,
  /** A reading that arrives that long after its time is late: charts of it were looked at already. */
  lateMs: 10 * 60_000,
  /** The oldest reading that is believed. */
  oldestMs: Date.UTC(1990, 0, 1),
} as const

/** `suspect`: outside the plausible range of the sensor's kind; stored, but outside averages. */
export const Quality = Type.Enum(['good', 'suspect'])
export type Quality = Static<typeof Quality>

/** One reading as a gateway sends it; the sensor by `sensor_id` or by `sensor_key`. Times are kept to the millisecond. */
export const Reading = Type.Object(
  {
    sensor_id: Type.Optional(Id),
    sensor_key: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    timestamp: Timestamp,
    value: Type.Number(),
  },
  { title: 'Reading' },
)
export type Reading = Static<typeof Reading>

export const IngestBody = Type.Union([
  Type.Object({ readings: Type.Array(Reading, { maxItems: ingestLimits.readingsPerRequest }) }),
  Reading,
])

/** Milliseconds since 1970, UTC. */
const Milliseconds = Type.Integer({ examples: [1_763_892_900_000] })

/**
 * Readings of one sensor as a bulk import sends them, a line each: columns of the same length. Instead of `timestamps`,
 * evenly spaced readings may give the first one's time as `start` and the distance as `step_ms`.
 */
export const ReadingRun = Type.Object(
  {
    sensor_id: Type.Optional(Id),
    sensor_key: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    timestamps: Type.Optional(Type.Array(Milliseconds)),
    start: Type.Optional(Milliseconds),
    step_ms: Type.Optional(Type.Integer({ minimum: 1 })),
    values: Type.Array(Type.Number()),
  },
  { title: 'ReadingRun' },
)
export type ReadingRun = Static<typeof ReadingRun>

export const IngestError = Type.Object({
  /** Position in `readings`, or line of an NDJSON body, from 0. */
  index: Type.Integer(),
  /** Of a bulk import: position within the line's columns, from 0; absent where all of the line is meant. */
  position: Type.Optional(Type.Integer()),
  code: Type.String({ examples: ['reading_value_not_finite'] }),
  detail: Type.String(),
})
export type IngestError = Static<typeof IngestError>

export const IngestAnswer = Type.Object({
  stored: Type.Integer(),
  duplicates: Type.Integer(),
  rejected: Type.Integer(),
  errors: Type.Array(IngestError),
})
export type IngestAnswer = Static<typeof IngestAnswer>
