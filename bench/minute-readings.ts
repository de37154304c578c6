import type { SensorType } from '@plenum/contract'
import { encodeCopy } from './binary-copy.ts'

export const dayMs = 86_400_000
const minuteMs = 60_000
const hourMs = 3_600_000

/** Sensors are of these kinds in turn, with values from `low` to 10 above it, in tenths. */
export const kinds: { type: SensorType; low: number }[] = [
  { type: 'temperature', low: 18 },
  { type: 'humidity', low: 40 },
  { type: 'co2', low: 600 },
  { type: 'power', low: 200 },
]

/** Minutes of readings of all sensors, from one o'clock of a day on; minute after minute, as time passes. */
export interface Readings {
  sensorIds: readonly number[]
  dayFromMs: number
  minutes: number
}

export const countOf = ({ sensorIds, minutes }: Readings): number => sensorIds.length * minutes

/** Half-open. */
export function spanOf({ dayFromMs, minutes }: Readings): { fromMs: number; toMs: number } {
  if (hourMs + minutes * minuteMs > dayMs) throw new Error('readings of a round must fit into a day')
  return { fromMs: dayFromMs + hourMs, toMs: dayFromMs + hourMs + minutes * minuteMs }
}

const tenthsOf = (sensor: number, minute: number): number =>
  (kinds[sensor % kinds.length]?.low ?? 0) * 10 + ((sensor * 7 + minute * 13) % 100)

function each(readings: Readings, take: (sensorId: number, atMs: number, tenths: number) => void): void {
  const { fromMs } = spanOf(readings)
  for (let minute = 0; minute < readings.minutes; minute++) {
    readings.sensorIds.forEach((id, sensor) => take(id, fromMs + minute * minuteMs, tenthsOf(sensor, minute)))
  }
}

/** Whole numbers only, so that no order of adding changes them. */
export interface Checksum {
  count: number
  sensor_ids: number
  tenths: number
  seconds: number
  suspect: number
}

export function checksumOf(readings: Readings): Checksum {
  const sum = { count: 0, sensor_ids: 0, tenths: 0, seconds: 0, suspect: 0 }
  each(readings, (id, atMs, tenths) => {
    sum.count++
    sum.sensor_ids += id
    sum.tenths += tenths
    sum.seconds += atMs / 1_000
  })
  return sum
}

/** Bodies of the ingest endpoint, each with the next `size` readings. */
export function jsonBatches(readings: Readings, size: number): Buffer[] {
  const batches: Buffer[] = []
  let batch: string[] = []
  const close = (): void => {
    if (batch.length > 0) batches.push(Buffer.from(`{"readings":[${batch.join(',')}]}`))
    batch = []
  }
  each(readings, (id, atMs, tenths) => {
    const timestamp = new Date(atMs).toISOString().replace('.000Z', 'Z')
    batch.push(`{"sensor_id":${id},"timestamp":"${timestamp}","value":${tenths / 10}}`)
    if (batch.length === size) close()
  })
  close()
  return batches
}

/** The same readings for COPY. */
export const copyChunks = (readings: Readings): Buffer[] =>
  encodeCopy(countOf(readings), (take) => each(readings, (id, atMs, tenths) => take(id, 0, atMs, tenths / 10)))
