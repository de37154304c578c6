import type { Series } from '@plenum/contract'
import type { StoredReadings } from '#readings'
import { createColumns } from './columns.ts'
import type { Range } from './instant.ts'
import { hourMs } from './resolution.ts'

/** From columns as wide as this on, rounding them up to whole hours costs less than a quarter of the columns. */
const wideColumnMs = 4 * hourMs
/** Decoded in half a second; beyond, hours are read as soon as a column is as wide as one. */
const manyReadings = 10_000_000

/** How a series is made: from readings, or from hours where columns are so wide that they can consist of whole ones. */
export function planSeries(
  { fromMs, toMs }: Range,
  points: number,
  intervalS: number,
): { stepMs: number; from: 'readings' | 'hours' } {
  const lengthMs = toMs - fromMs
  const stepMs = Math.ceil(lengthMs / points)
  const many = lengthMs / (intervalS * 1_000) > manyReadings
  if (stepMs < (many ? hourMs : wideColumnMs)) return { stepMs, from: 'readings' }
  // The first column begins with an hour, so before `from`: one more may be needed.
  return { stepMs: Math.ceil(lengthMs / (points - 1) / hourMs) * hourMs, from: 'hours' }
}

/**
 * The line of one sensor in at most that many columns; what it shows is exact at every width. Where columns are made
 * of hours they begin and end with hours of the building, and readings complete the hours that the range cuts. Only on
 * days that time zones shift by half an hour (Australia/Lord_Howe), an hour may count for the column it begins in
 * though it ends in the next.
 */
export async function readSeries(
  stored: StoredReadings,
  { sensorId, intervalS }: { sensorId: number; intervalS: number },
  range: Range,
  points: number,
  signal: AbortSignal,
): Promise<Omit<Series, 'from' | 'to'>> {
  const { fromMs, toMs } = range
  const { stepMs, from } = planSeries(range, points, intervalS)
  const sensorIds = [sensorId]
  if (from === 'readings') {
    const columns = createColumns({ anchorMs: fromMs, stepMs, columns: Math.ceil((toMs - fromMs) / stepMs) })
    for await (const chunk of stored.scan({ sensorIds, fromMs, toMs, signal })) columns.addReadings(chunk)
    return { sensor_id: sensorId, step_ms: stepMs, ...columns.end(fromMs) }
  }

  const hours = await stored.rollups({ sensorIds, fromMs, toMs, unit: 'hour', signal })
  // Where hours begin in this time zone: on the hour, or half an hour or a quarter after.
  const offsetMs = (hours.atMs[0] ?? fromMs) % hourMs
  const hourBefore = (atMs: number): number => Math.floor((atMs - offsetMs) / hourMs) * hourMs + offsetMs
  const anchorMs = hourBefore(fromMs)
  const firstMs = anchorMs === fromMs ? fromMs : anchorMs + hourMs
  const lastMs = hourBefore(toMs)
  const columns = createColumns({ anchorMs, stepMs, columns: Math.ceil((toMs - anchorMs) / stepMs) })
  columns.addBuckets(hours, lastMs)
  for (const [edgeFromMs, edgeToMs] of [
    [fromMs, firstMs],
    [lastMs, toMs],
  ] as const) {
    if (edgeFromMs >= edgeToMs) continue
    const edge = stored.scan({ sensorIds, fromMs: edgeFromMs, toMs: edgeToMs, signal })
    for await (const chunk of edge) columns.addReadings(chunk)
  }
  return { sensor_id: sensorId, step_ms: stepMs, ...columns.end(fromMs), late: null }
}
