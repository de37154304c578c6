import type { Kysely } from 'kysely'
import type { Tables } from '#platform'
import { createBreather } from './breather.ts'
import { merged, noReadings, within } from './columns.ts'
import { type Layers, replaced } from './replace.ts'
import { replacementStore } from './replacement-store.ts'
import { sealStore } from './seal-store.ts'
import { decodeReadings, encodeDay, type SensorDay } from './segment-codec.ts'
import type { SegmentRow } from './segment-row.ts'
import { readSegments, writeSegments } from './segment-store.ts'

/** A day to write anew, with readings that come to it; each identity once in a layer. */
export interface DayToRewrite extends SensorDay {
  added?: Layers
}

export interface Rewritten {
  /** Hot rows that are now in a segment. */
  sealed: number
  /** Hot rows of days whose readings retention has dropped: they went as well. */
  expired: number
  /** For each day what became of the readings that came with it; the rest of them was there already. */
  added: { changed: number; expired: number }[]
}

/**
 * Folds hot rows, and readings that come with their day, into segments, in the caller's transaction: hot rows go and
 * segments come together or not at all. Whoever calls holds the locks of the days or of their sensors.
 */
export async function rewriteDays(tx: Kysely<Tables>, days: readonly DayToRewrite[]): Promise<Rewritten> {
  const rewritten: Rewritten = { sealed: 0, expired: 0, added: [] }
  if (days.length === 0) return rewritten
  // Asked under the lock: who declares a replacement meanwhile waits for it, and then finds the day sealed.
  const counters = days.filter(({ counter }) => counter).map(({ sensorId }) => sensorId)
  const replacedAtMs = await replacementStore.instants(tx, counters)
  const holdsMs = await sealStore.holds(
    tx,
    days.filter(({ counter }) => !counter).map(({ sensorId }) => sensorId),
  )
  const hot = await sealStore.takeHot(tx, days)
  const segments = await readSegments(tx, days)
  const breathe = createBreather()
  /** By sensor and start: after a change of the time zone two days may be in one segment. */
  const rows = new Map<string, SegmentRow>()
  for (const day of days) {
    const outcome = { changed: 0, expired: 0 }
    rewritten.added.push(outcome)
    const hotOfDay = within(hot.get(day.sensorId) ?? noReadings, day.fromMs, day.toMs)
    const layers = [day.added?.first, day.added?.last].filter((layer) => layer !== undefined && layer !== null)
    if (hotOfDay.atMs.length === 0 && layers.length === 0) continue
    const known = segments.get(day.sensorId) ?? []
    for (const { of, under } of placesOf(day, known)) {
      const rowsOver = within(hotOfDay, of.fromMs, of.toMs)
      const over = layers.map((layer) => within(layer, of.fromMs, of.toMs))
      if (under?.step_ms === null) {
        rewritten.expired += rowsOver.atMs.length
        outcome.expired += over[0]?.atMs.length ?? 0
        continue
      }
      let readings = merged(under ? decodeReadings(under) : noReadings, rowsOver)
      let changed = 0
      for (const layer of over) {
        const after = replaced(readings, layer)
        readings = after.readings
        changed += after.changed
      }
      rewritten.sealed += rowsOver.atMs.length
      outcome.changed += changed
      if (rowsOver.atMs.length + changed === 0) continue
      const row = encodeDay(of, readings, {
        replacedAtMs: replacedAtMs.get(day.sensorId),
        holdMs: holdsMs.get(day.sensorId),
      })
      rows.set(`${row.sensor_id}/${row.from_ms}`, row)
      if (under) known[known.indexOf(under)] = row
    }
    await breathe()
  }
  if (rows.size > 0) await writeSegments(tx, [...rows.values()])
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
