import type { RawRecord } from '@plenum/contract'
import { isGood, type StoredReadings } from '#readings'
import { byPlace, type Page, type Place, readPage } from './page.ts'
import type { Range } from './instant.ts'
import type { PastSensor } from './store.ts'

export interface RawReading extends Place {
  value: number
  quality: RawRecord['quality']
}

/** Readings a window may hold besides those that the page takes; a sensor may send more often than it is said to. */
const spare = 100_000
/** Readings are a millisecond apart or more, so this holds what can be held. */
const narrowestMs = 250

/** A page of readings. */
export function rawPage(
  stored: StoredReadings,
  sensors: readonly PastSensor[],
  { fromMs, toMs }: Range,
  after: Place | null,
  limit: number,
  signal: AbortSignal,
): Promise<Page<RawReading>> {
  const sensorIds = sensors.map(({ sensorId }) => sensorId)
  const perMs = sensors.reduce((sum, { intervalS }) => sum + 1 / (intervalS * 1_000), 0)
  const read = async (windowFromMs: number, windowToMs: number): Promise<RawReading[] | null> => {
    const found: RawReading[] = []
    const most = windowToMs - windowFromMs > narrowestMs ? 2 * limit + spare : Number.POSITIVE_INFINITY
    for await (const chunk of stored.scan({ sensorIds, fromMs: windowFromMs, toMs: windowToMs, signal })) {
      const { sensorId, atMs, values, qualities } = chunk
      if (found.length + atMs.length > most) return null
      for (let i = 0; i < atMs.length; i++)
        found.push({
          sensorId,
          atMs: atMs[i] as number,
          value: values[i] as number,
          quality: isGood(qualities[i]) ? 'good' : 'suspect',
        })
    }
    return found.sort(byPlace)
  }
  // A fifth more than expected, so that one window is enough for most pages.
  const widthMs = Math.min(toMs - fromMs, (1.2 * (limit + 1)) / perMs)
  return readPage({ fromMs, toMs, after, limit, widthMs, narrowestMs, read })
}
