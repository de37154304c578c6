import { ingestLimits, sensorKinds } from '@plenum/contract'
import type { KnownSensor } from '#registry'
import { qualityOf } from './quality.ts'
import { notJson, type RejectionCode } from './rejection.ts'
import { parseTimestamp } from './timestamp.ts'

/** Finds a sensor that the sender may write; undefined for all others. */
export interface SensorLookup {
  byId(id: number): KnownSensor | undefined
  byKey(key: string): KnownSensor | undefined
}

/** Readings that may be stored, one array a column: cheap to sort, and close to what goes over the wire. */
export interface Batch {
  sensorIds: number[]
  /** Milliseconds since 1970, UTC. */
  atMs: number[]
  values: number[]
  /** Bits, see quality.ts. */
  qualities: number[]
}

export interface Rejected {
  index: number
  code: RejectionCode
}

/** What became of readings that were judged. */
export interface Judged {
  /** Good and suspect ones. */
  batch: Batch
  rejected: Rejected[]
  /** Of `batch`, those outside their plausible range. */
  suspect: number
  /** Where the sensors of `batch` are. */
  floorIds: Set<number>
}

export const emptyBatch = (): Batch => ({ sensorIds: [], atMs: [], values: [], qualities: [] })

/** Sensors that readings name, so that they can be looked up all at once before any is judged. */
export function sensorsNamedBy(readings: readonly unknown[]): { ids: Set<number>; keys: Set<string> } {
  const ids = new Set<number>()
  const keys = new Set<string>()
  for (const reading of readings) {
    if (typeof reading !== 'object' || reading === null) continue
    const { sensor_id, sensor_key } = reading as Record<string, unknown>
    if (isSensorId(sensor_id)) ids.add(sensor_id)
    if (isSensorKey(sensor_key)) keys.add(sensor_key)
  }
  return { ids, keys }
}

/** Judges readings one by one. Pure; `nowMs` is the server's clock. */
export function judge(readings: readonly unknown[], lookup: SensorLookup, nowMs: number): Judged {
  const judged: Judged = { batch: emptyBatch(), rejected: [], suspect: 0, floorIds: new Set() }
  for (let index = 0; index < readings.length; index++) {
    const code = take(readings[index], lookup, nowMs, judged)
    if (code !== null) judged.rejected.push({ index, code })
  }
  return judged
}

function take(reading: unknown, lookup: SensorLookup, nowMs: number, judged: Judged): RejectionCode | null {
  if (reading === notJson) return 'reading_not_json'
  if (typeof reading !== 'object' || reading === null || Array.isArray(reading)) return 'reading_invalid'
  const { sensor_id, sensor_key, timestamp, value } = reading as Record<string, unknown>
  const sensor = findSensor(sensor_id, sensor_key, lookup)
  if (typeof sensor === 'string') return sensor
  if (timestamp === undefined || timestamp === null) return 'reading_timestamp_missing'
  const atMs = typeof timestamp === 'string' ? parseTimestamp(timestamp) : Number.NaN
  if (Number.isNaN(atMs)) return 'reading_timestamp_invalid'
  if (atMs < ingestLimits.oldestMs) return 'reading_timestamp_too_old'
  if (atMs > nowMs + ingestLimits.aheadMs) return 'reading_timestamp_in_future'
  if (value === undefined || value === null) return 'reading_value_missing'
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'reading_value_not_finite'
  const { min, max } = sensorKinds[sensor.sensorType].plausible
  const isPlausible = value >= min && value <= max
  const { batch, floorIds } = judged
  batch.sensorIds.push(sensor.id)
  batch.atMs.push(atMs)
  // Adding 0 makes -0 a 0: the two are equal, and which of them is stored must not depend on which came first.
  batch.values.push(value + 0)
  batch.qualities.push(qualityOf(isPlausible, atMs, nowMs))
  if (!isPlausible) judged.suspect++
  floorIds.add(sensor.floorId)
  return null
}

export function findSensor(id: unknown, key: unknown, lookup: SensorLookup): KnownSensor | RejectionCode {
  const [noId, noKey] = [id === undefined || id === null, key === undefined || key === null]
  if (noId && noKey) return 'reading_sensor_missing'
  const byId = isSensorId(id) ? lookup.byId(id) : undefined
  const byKey = isSensorKey(key) ? lookup.byKey(key) : undefined
  if ((!noId && !byId) || (!noKey && !byKey)) return 'reading_sensor_unknown'
  if (byId && byKey && byId.id !== byKey.id) return 'reading_sensor_ambiguous'
  return byId ?? byKey ?? 'reading_sensor_unknown'
}

const isSensorId = (id: unknown): id is number => Number.isInteger(id) && (id as number) > 0 && (id as number) < 2 ** 31
/**
 * PostgreSQL can't hold U+0000, and a lone surrogate is no character: no sensor has such a key. Nor has one more than
 * 200 characters, of two UTF-16 units at the most.
 */
const isSensorKey = (key: unknown): key is string =>
  typeof key === 'string' && key.length > 0 && key.length <= 400 && !key.includes('\0') && key.isWellFormed()
