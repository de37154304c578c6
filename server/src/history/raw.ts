import type { ReadingChunk, StoredReadings } from '#readings'
import { inOrder } from './in-order.ts'
import type { Range } from './instant.ts'
import { type Place, readWindows } from './page.ts'
import type { RawJson } from './raw-json.ts'
import type { PastSensor } from './store.ts'

/** Readings a window may hold besides those that the page takes; a sensor may send more often than it is said to. */
const spare = 100_000
/** Readings are a millisecond apart or more, so this holds what can be held. */
const narrowestMs = 250

/** Writes a page of readings. @returns the place of its last one where there are more, null at the end */
export async function rawPage(
  stored: StoredReadings,
  sensors: readonly PastSensor[],
  { fromMs, toMs }: Range,
  { after, limit, json, signal }: { after: Place | null; limit: number; json: RawJson; signal: AbortSignal },
): Promise<Place | null> {
  const sensorIds = sensors.map(({ sensorId }) => sensorId)
  const perMs = sensors.reduce((sum, { intervalS }) => sum + 1 / (intervalS * 1_000), 0)
  // A fifth more than expected, so that one window is enough for most pages.
  const widthMs = Math.min(toMs - fromMs, (1.2 * (limit + 1)) / perMs)
  let written = 0
  let last: Place | null = null
  let more = false

  const write = (chunk: ReadingChunk, index: number): boolean => {
    if (written === limit) {
      more = true
      return false
    }
    json.add(chunk, index)
    if (++written === limit) last = { sensorId: chunk.sensorId, atMs: chunk.atMs[index] as number }
    return true
  }
  await readWindows({ fromMs, toMs, after, widthMs, narrowestMs }, async (windowFromMs, windowToMs) => {
    const chunks: ReadingChunk[] = []
    let found = 0
    const most = windowToMs - windowFromMs > narrowestMs ? 2 * limit + spare : Number.POSITIVE_INFINITY
    const window = { sensorIds, fromMs: windowFromMs, toMs: windowToMs, remember: true, signal }
    for await (const chunk of stored.scan(window)) {
      found += chunk.atMs.length
      if (found > most) return null
      chunks.push(chunk)
    }
    inOrder(chunks, after, write)
    return more
  })
  return more ? last : null
}
