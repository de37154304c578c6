import type { Kysely } from 'kysely'
import type { Tables } from '#platform'
import { merged, noReadings, within } from './columns.ts'
import type { Columns } from './rollup.ts'
import { replacementStore } from './replacement-store.ts'
import { sealStore } from './seal-store.ts'
import { decodeReadings, encodeDay, type SensorDay } from './segment-codec.ts'
import type { SegmentRow } from './segment-row.ts'
import { readSegments, writeSegments } from './segment-store.ts'

export interface Rewritten {
  /** Hot rows that are now in a segment. */
  sealed: number
  /** Hot rows of days whose readings retention has dropped: they went as well. */
  expired: number
}

/**
 * Folds hot rows, and readings that come with it, into the segments of their days, in the caller's transaction: hot
 * rows go and segments come together or not at all. Whoever calls holds the locks of the sensors.
 * @param added by sensor; they are newer than what is stored, so they win
 */
export async function rewriteDays(
  tx: Kysely<Tables>,
  days: readonly SensorDay[],
  added: ReadonlyMap<number, Columns> = new Map(),
): Promise<Rewritten> {
  const rewritten = { sealed: 0, expired: 0 }
  if (days.length === 0) return rewritten
  // Asked under the lock: who declares a replacement meanwhile waits for it, and then finds the day sealed.
  const counters = days.filter(({ counter }) => counter).map(({ sensorId }) => sensorId)
  const replacedAtMs = await replacementStore.instants(tx, counters)
  const hot = await sealStore.takeHot(tx, days)
  const segments = await readSegments(tx, {
    sensorIds: [...new Set(days.map(({ sensorId }) => sensorId))],
    fromMs: Math.min(...days.map(({ fromMs }) => fromMs)),
    toMs: Math.max(...days.map(({ toMs }) => toMs)),
  })
  const rows: SegmentRow[] = []
  for (const day of days) {
    const all = merged(hot.get(day.sensorId) ?? noReadings, added.get(day.sensorId) ?? noReadings)
    const mine = within(all, day.fromMs, day.toMs)
    if (mine.atMs.length === 0) continue
    for (const { of, under } of placesOf(day, segments.get(day.sensorId) ?? [])) {
      const over = within(mine, of.fromMs, of.toMs)
      if (over.atMs.length === 0) continue
      if (under?.step_ms === null) rewritten.expired += over.atMs.length
      else {
        rewritten.sealed += over.atMs.length
        const readings = merged(under ? decodeReadings(under) : noReadings, over)
        rows.push(encodeDay(of, readings, replacedAtMs.get(day.sensorId)))
      }
    }
  }
  if (rows.length > 0) await writeSegments(tx, rows)
  return rewritten
}

/**
 * Where readings of a day belong: in segments that are there, and what of the day none of them covers. Ordinarily that
 * is one place, the day itself; after a building's time zone was changed, days of both zones meet. Pure.
 */
export function placesOf(
  day: SensorDay,
  segments: readonly SegmentRow[],
): { of: SensorDay; under: SegmentRow | undefined }[] {
  const places: { of: SensorDay; under: SegmentRow | undefined }[] = []
  let fromMs = day.fromMs
  for (const under of segments) {
    if (under.to_ms <= day.fromMs || under.from_ms >= day.toMs) continue
    if (under.from_ms > fromMs) places.push({ of: { ...day, fromMs, toMs: under.from_ms }, under: undefined })
    places.push({ of: { ...day, day: under.day, fromMs: under.from_ms, toMs: under.to_ms }, under })
    fromMs = under.to_ms
  }
  if (fromMs < day.toMs) places.push({ of: { ...day, fromMs }, under: undefined })
  return places
}
