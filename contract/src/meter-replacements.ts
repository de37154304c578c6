import { type Static, Type } from 'typebox'
import { Closed, Id, Nullable, Timestamp } from './wire.ts'

/** Readings of both meters as written down at a replacement, in the unit of the sensor. */
const Register = Type.Number({ minimum: 0, maximum: 1e15 })

export const MeterReplacementInput = Closed({
  /** When it was done: readings from then on are of the new meter. Not in the future. */
  at: Timestamp,
  /** What the old meter showed in the end. */
  final_reading: Register,
  /** What the new meter showed in the beginning. */
  first_reading: Register,
  note: Type.Optional(Nullable(Type.String({ minLength: 1, maxLength: 2_000, format: 'text' }))),
})

/** A person, with the address they had then. */
const Author = Type.Object({ user_id: Type.String(), email: Type.String() })

/** Entries are never edited: a wrong one is withdrawn, counts for nothing from then on, and stays in the list. */
export const MeterReplacement = Type.Object({
  id: Id,
  sensor_id: Id,
  at: Timestamp,
  final_reading: Type.Number(),
  first_reading: Type.Number(),
  note: Nullable(Type.String()),
  declared_at: Timestamp,
  declared_by: Author,
  withdrawn_at: Nullable(Timestamp),
  withdrawn_by: Nullable(Author),
})

export type MeterReplacement = Static<typeof MeterReplacement>
export type MeterReplacementInput = Static<typeof MeterReplacementInput>
