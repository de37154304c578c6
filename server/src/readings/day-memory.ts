import { LRUCache } from 'lru-cache'
import type { Columns } from './rollup.ts'

/** Readings of a sealed day, as one version of its row has them. */
export interface SealedDay {
  sensorId: number
  fromMs: number
  toMs: number
  /** Of the row: another one means that the row was written anew. Only compared. */
  version: string
  readings: Columns
}

const dayMs = 86_400_000
/** Days that begin within one day of UTC share a place; ordinarily that is one. Counted from 1970. */
const placesPerSensor = 2 ** 16
/** About 1,300 sensor-days of minutes. */
const maxBytes = 32 * 1024 * 1024
/** What an entry takes besides its columns. */
const entryBytes = 400
/** PostgreSQL counts to 2^32 before a version comes again: at a million transactions a second, 71 minutes. */
const rememberMs = 60 * 60_000

/**
 * Sealed days that were read a short while ago, decoded: of a past that is read page by page, each page needs the same
 * days. Nothing here is an answer: who asks the database names the versions that it has, and is told which still hold.
 */
export function createDayMemory() {
  const days = new LRUCache<number, SealedDay>({
    maxSize: maxBytes,
    sizeCalculation: ({ readings: { atMs, values, qualities } }) =>
      entryBytes + atMs.byteLength + values.byteLength + qualities.byteLength,
    ttl: rememberMs,
    // With a resolution, a timer would run after each use.
    ttlResolution: 0,
  })
  const placeOf = (sensorId: number, dayIndex: number): number => sensorId * placesPerSensor + dayIndex

  return {
    /** Those that may reach into [fromMs, toMs). @param longestMs no day is longer */
    of(sensorIds: readonly number[], fromMs: number, toMs: number, longestMs: number): SealedDay[] {
      const found: SealedDay[] = []
      const [first, last] = [Math.floor((fromMs - longestMs) / dayMs), Math.floor(toMs / dayMs)]
      for (const sensorId of sensorIds) {
        for (let index = first; index <= last; index++) {
          const day = days.get(placeOf(sensorId, index))
          if (day && day.fromMs < toMs && day.toMs > fromMs) found.push(day)
        }
      }
      return found
    },
    keep: (day: SealedDay): void => void days.set(placeOf(day.sensorId, Math.floor(day.fromMs / dayMs)), day),
  }
}
