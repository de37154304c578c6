import { ingestLimits, sensorKinds } from '@plenum/contract'
import type { KnownSensor } from '#registry'
import { findSensor, type SensorLookup } from './batch.ts'
import { suspectBit } from './quality.ts'
import type { RejectionCode } from './rejection.ts'
import type { Columns } from './rollup.ts'

/** A line of a bulk import that has the shape of a run: readings of one sensor as columns. */
export interface SentRun {
  sensor_id: unknown
  sensor_key: unknown
  /** Null: evenly spaced, from `start` on. */
  timestamps: readonly unknown[] | null
  start: number
  stepMs: number
  values: readonly unknown[]
}

/** A bad reading; of a run whose sensor is unknown it is all of them, and there is no position. */
export interface RejectedOfRun {
  position: number | undefined
  code: RejectionCode
  readings: number
}

/** What became of a run: readings that may be stored, in the order they came, so times may repeat or go back. */
export interface JudgedRun {
  sensor: KnownSensor | null
  readings: Columns
  /** Position in the run of each reading; null: its index. */
  positions: Uint32Array | null
  suspect: number
  rejected: RejectedOfRun[]
}

const [brace, bracket] = [0x7b, 0x5b]
/** More than any run has, a key full of brackets included: JSON of a million open brackets takes 60 MB to parse. */
const mostBrackets = 1_000

/** Pure; 70 ns a reading, of which the timestamps are 50. */
export function parseRun(text: Buffer): SentRun | RejectionCode {
  if (hasOver(mostBrackets, text, bracket) || hasOver(mostBrackets, text, brace)) return 'run_invalid'
  let parsed: unknown
  try {
    parsed = JSON.parse(text.toString('utf8'))
  } catch {
    return 'reading_not_json'
  }
  if (typeof parsed !== 'object' || parsed === null) return 'run_invalid'
  const { sensor_id, sensor_key, timestamps, start, step_ms, values } = parsed as Record<string, unknown>
  if (!Array.isArray(values)) return 'run_invalid'
  const run = { sensor_id, sensor_key, values, timestamps: null, start: Number.NaN, stepMs: Number.NaN }
  if (timestamps === undefined) {
    if (!Number.isInteger(start) || !Number.isSafeInteger(step_ms) || (step_ms as number) < 1) return 'run_invalid'
    return { ...run, start: start as number, stepMs: step_ms as number }
  }
  if (!Array.isArray(timestamps) || start !== undefined || step_ms !== undefined) return 'run_invalid'
  if (timestamps.length !== values.length) return 'run_lengths_differ'
  return { ...run, timestamps }
}

/** Whether a byte is in a text more than `limit` times; as fast as memory. */
function hasOver(limit: number, text: Buffer, byte: number): boolean {
  let count = 0
  for (let at = text.indexOf(byte); at >= 0; at = text.indexOf(byte, at + 1)) if (++count > limit) return true
  return false
}

/** Judges every reading as ingest does, in the same order of reasons; what is loaded in bulk is never late. Pure; `nowMs` is the server's clock. */
export function judgeRun(run: SentRun, lookup: SensorLookup, nowMs: number): JudgedRun {
  const { values } = run
  const sensor = findSensor(run.sensor_id, run.sensor_key, lookup)
  if (typeof sensor === 'string') {
    const rejected = values.length === 0 ? [] : [{ position: undefined, code: sensor, readings: values.length }]
    return { sensor: null, readings: columnsOf(0), positions: null, suspect: 0, rejected }
  }
  const latestMs = nowMs + ingestLimits.aheadMs
  const { min, max } = sensorKinds[sensor.sensorType].plausible
  const judged = columnsOf(values.length)
  const rejected: RejectedOfRun[] = []
  let positions: Uint32Array | null = null
  let [taken, suspect] = [0, 0]
  for (let position = 0; position < values.length; position++) {
    const at = run.timestamps === null ? run.start + position * run.stepMs : run.timestamps[position]
    const value = values[position]
    const code = flawOf(at, value, latestMs)
    if (code !== null) {
      rejected.push({ position, code, readings: 1 })
      positions ??= Uint32Array.from(values, (_, i) => i)
      continue
    }
    if (positions !== null) positions[taken] = position
    judged.atMs[taken] = at as number
    // Adding 0 makes -0 a 0, as ingest does.
    judged.values[taken] = (value as number) + 0
    if (!((value as number) >= min && (value as number) <= max)) {
      judged.qualities[taken] = suspectBit
      suspect++
    }
    taken++
  }
  return { sensor, readings: cut(judged, 0, taken), positions, suspect, rejected }
}

function flawOf(at: unknown, value: unknown, latestMs: number): RejectionCode | null {
  if (typeof at !== 'number' || !Number.isInteger(at)) {
    return at === null ? 'reading_timestamp_missing' : 'reading_timestamp_not_ms'
  }
  if (at < ingestLimits.oldestMs) return 'reading_timestamp_too_old'
  if (at > latestMs) return 'reading_timestamp_in_future'
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    return value === null ? 'reading_value_missing' : 'reading_value_not_finite'
  }
  return null
}

const columnsOf = (length: number): Columns => ({
  atMs: new Float64Array(length),
  values: new Float64Array(length),
  qualities: new Uint8Array(length),
})

/** A view, nothing is copied. */
export const cut = ({ atMs, values, qualities }: Columns, from: number, to: number): Columns => ({
  atMs: atMs.subarray(from, to),
  values: values.subarray(from, to),
  qualities: qualities.subarray(from, to),
})
