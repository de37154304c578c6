/** Why one reading of a request is not taken. Codes are stable, like those of whole requests. */
export const rejections = {
  reading_invalid: 'A reading is an object with sensor_id or sensor_key, timestamp and value.',
  reading_not_json: 'The line is not JSON.',
  reading_sensor_missing: 'Neither sensor_id nor sensor_key is given.',
  reading_sensor_unknown: 'There is no such sensor, or none that you may write to.',
  reading_sensor_ambiguous: 'sensor_id and sensor_key name different sensors.',
  reading_value_missing: 'The value is missing.',
  reading_value_not_finite: 'The value is not a finite number.',
  reading_timestamp_missing: 'The timestamp is missing.',
  reading_timestamp_invalid: 'The timestamp is not RFC 3339 with a zone, such as 2026-11-23T10:15:00Z.',
  reading_timestamp_too_old: 'The timestamp is before 1990.',
  reading_timestamp_in_future: 'The timestamp is more than 10 minutes ahead.',
  reading_timestamp_not_ms: 'The timestamp is not a whole number of milliseconds since 1970.',
  reading_expired: 'The readings of that day were dropped when their time was over.',
  run_invalid: 'A line is an object with sensor_id or sensor_key, values, and timestamps or start and step_ms.',
  run_lengths_differ: 'timestamps and values are not of the same length.',
} as const

export type RejectionCode = keyof typeof rejections

/** Stands for a line that could not be parsed, so that it is judged and counted like every other. */
export const notJson = Symbol('not JSON')
