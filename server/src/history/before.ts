import { ingestLimits } from '@plenum/contract'
import type { StoredReadings } from '#readings'
import type { Good } from './buckets.ts'
import { dayMs, hourMs, longestDayMs } from './resolution.ts'

/** Looked through for readings, nearest first. */
const nearMs = [hourMs, longestDayMs] as const

/** The last good reading of every sensor before an instant; none for a sensor that has none. */
export async function goodBefore(
  stored: StoredReadings,
  sensorIds: readonly number[],
  beforeMs: number,
  signal: AbortSignal,
): Promise<Map<number, Good>> {
  const found = new Map<number, Good>()
  const missing = (): number[] => sensorIds.filter((id) => !found.has(id))
  for (const backMs of nearMs) {
    const query = { sensorIds: missing(), fromMs: beforeMs - backMs, toMs: beforeMs, signal }
    if (query.sensorIds.length === 0) return found
    for await (const { sensorId, atMs, values, qualities } of stored.scan(query)) {
      const last = qualities.lastIndexOf(0)
      if (last >= 0) found.set(sensorId, { atMs: atMs[last] as number, value: values[last] as number })
    }
  }
  // Days that began before that ended before `beforeMs`, and their figures know the last value.
  const nearToMs = beforeMs - longestDayMs
  for (const backMs of [40 * dayMs, nearToMs - ingestLimits.oldestMs]) {
    const query = { sensorIds: missing(), fromMs: nearToMs - backMs, toMs: nearToMs, unit: 'day' as const, signal }
    if (query.sensorIds.length === 0 || backMs <= 0) return found
    for (const { sensorId, atMs, count, last } of await stored.rollups(query))
      if (count > 0) found.set(sensorId, { atMs, value: last })
  }
  return found
}
