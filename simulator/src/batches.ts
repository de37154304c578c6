import type { ReadingSource } from './faults.ts'
import type { ReadingsRange, SimulatedReading } from './simulation.ts'

/** A reading as the ingest endpoint takes it. */
export interface WireReading {
  sensor_key: string
  timestamp: string
  value: number
}

/** Readings of whole seconds: once they are stored, everything before `toMs` of the range is. */
export interface Batch {
  readings: WireReading[]
  toMs: number
}

const wire = ({ sensor_key, atMs, value }: SimulatedReading): WireReading => ({
  sensor_key,
  timestamp: new Date(atMs).toISOString(),
  value,
})

/** Cuts a range into batches of at most `size` readings, never within a second unless a second alone is larger. */
export function* batchesOf(
  source: ReadingSource,
  range: ReadingsRange,
  size: number,
): Generator<Batch, void, undefined> {
  let readings: WireReading[] = []
  let second: WireReading[] = []
  let secondMs = range.fromMs
  for (const reading of source.readings(range)) {
    if (reading.atMs !== secondMs) {
      readings.push(...second)
      second = []
      secondMs = reading.atMs
    }
    second.push(wire(reading))
    if (readings.length > 0 && readings.length + second.length > size) {
      yield { readings, toMs: secondMs }
      readings = []
    }
  }
  readings.push(...second)
  yield { readings, toMs: range.toMs }
}
