import type { Span } from './time-range.ts'
import { addUnits, offsetMs, startOf } from './zoned-time.ts'

/** Counters are shown as what was added in a time people count in: a quarter of an hour, an hour, a day. */
export type BucketSize = '15m' | '1h' | '1d'

const dayMs = 86_400_000
const sizes = { '15m': 900_000, '1h': 3_600_000 } as const

/** At most some 200 bars, until days are too many as well; months are what reports are for. */
export const bucketSizeOf = ({ fromMs, toMs }: Span): BucketSize => {
  const days = (toMs - fromMs) / dayMs
  return days <= 2 ? '15m' : days <= 8 ? '1h' : '1d'
}

/** Where the bucket that `startMs` begins ends: days are the building's, 23 or 25 hours long when the clocks change. */
export const bucketEnd = (startMs: number, size: BucketSize, timeZone: string): number =>
  size === '1d' ? addUnits(startMs, 1, 'day', timeZone) : startMs + sizes[size]

/** The beginning of the bucket in which an instant lies, by the building's clocks. */
const bucketStart = (atMs: number, size: BucketSize, timeZone: string): number => {
  if (size === '1d') return startOf('day', atMs, timeZone)
  const offset = offsetMs(atMs, timeZone)
  return Math.floor((atMs + offset) / sizes[size]) * sizes[size] - offset
}

/** From the beginning of the first bucket that is seen, so that it is a whole one. */
export const bucketSpan = ({ fromMs, toMs }: Span, timeZone: string): Span & { size: BucketSize } => {
  const size = bucketSizeOf({ fromMs, toMs })
  return { fromMs: bucketStart(fromMs, size, timeZone), toMs, size }
}
