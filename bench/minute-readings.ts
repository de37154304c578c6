import type { SensorType } from '@plenum/contract'

export const dayMs = 86_400_000
const minuteMs = 60_000
const hourMs = 3_600_000
/** Milliseconds from 1970 to PostgreSQL's epoch, 2000-01-01. */
const postgresEpochMs = 946_684_800_000

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

const copyRowBytes = 2 + (4 + 4) + (4 + 2) + (4 + 8) + (4 + 8)
const copyRowsPerChunk = 1_600

/**
 * The same readings as PostgreSQL's binary COPY format has them (sql-copy.html, "Binary Format"): sensor_id int4,
 * quality int2, at timestamptz, value float8.
 */
export function copyChunks(readings: Readings): Buffer[] {
  const total = countOf(readings)
  const bytes = Buffer.alloc(total * copyRowBytes)
  let at = 0
  each(readings, (id, atMs, tenths) => {
    at = bytes.writeInt16BE(4, at)
    at = bytes.writeInt32BE(4, at)
    at = bytes.writeInt32BE(id, at)
    at = bytes.writeInt32BE(2, at)
    at = bytes.writeInt16BE(0, at)
    at = bytes.writeInt32BE(8, at)
    at = bytes.writeBigInt64BE(BigInt(atMs - postgresEpochMs) * 1_000n, at)
    at = bytes.writeInt32BE(8, at)
    at = bytes.writeDoubleBE(tenths / 10, at)
  })
  const chunkBytes = copyRowsPerChunk * copyRowBytes
  const rows = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, i) =>
    bytes.subarray(i * chunkBytes, (i + 1) * chunkBytes),
  )
  const header = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)])
  return [header, ...rows, Buffer.from([0xff, 0xff])]
}
