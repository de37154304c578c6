import { dayMs, type Grain, grains, hourMs, quarterMs } from './resolution.ts'

/** What the estimate must know of a sensor. */
export interface Expected {
  intervalS: number
}

/**
 * In units of one raw record read, sorted and written, about a microsecond. A page costs only its part, but whoever
 * begins a range means to follow its cursors to the end.
 */
export const costs = {
  /** What one request may cost: what can be read and written in the five seconds it is given. */
  limit: 5_000_000,
  /** Hot rows cost half of a raw record to read; sealed ones much less. */
  readingInQuarters: 0.5,
  bucket: 1,
  /** A segment row is opened for it. */
  dayBucket: 2,
} as const

/**
 * What a request would cost, before anything is read. Readings are expected once an interval, never after `endMs` (the
 * instant after which there can be none yet). Pure.
 */
export function estimateCost(
  sensors: readonly Expected[],
  range: { fromMs: number; toMs: number },
  grain: Grain,
  endMs: number,
): number {
  const lengthMs = Math.max(0, Math.min(range.toMs, endMs) - range.fromMs)
  let cost = 0
  for (const { intervalS } of sensors) {
    const readings = lengthMs / (intervalS * 1_000)
    const buckets = (widthMs: number): number => Math.min(readings, lengthMs / widthMs)
    switch (grain) {
      case 'raw':
        cost += readings
        break
      case '15m':
        cost += readings * costs.readingInQuarters + buckets(quarterMs) * costs.bucket
        break
      case '1h':
        cost += buckets(hourMs) * costs.bucket
        break
      case '1d':
        cost += buckets(dayMs) * costs.dayBucket
    }
  }
  return Math.ceil(cost)
}

/** The finest resolution coarser than `grain` that costs no more than is allowed; null where none does. */
export function affordable(
  sensors: readonly Expected[],
  range: { fromMs: number; toMs: number },
  grain: Grain,
  endMs: number,
): Grain | null {
  const coarser = grains.slice(grains.indexOf(grain) + 1)
  return coarser.find((candidate) => estimateCost(sensors, range, candidate, endMs) <= costs.limit) ?? null
}
