import type { SensorType } from '@plenum/contract'
import { fromZero, smallestSpans } from '../readings/spark-path.ts'
import { type Columns, visibleColumns } from './columns.ts'
import { limitOf } from './comfort.ts'
import type { Span } from './time-range.ts'

/** Lowest and highest value of an axis. */
export interface ValueRange {
  low: number
  high: number
}

/** Room above and below the lines, as a share of their height. */
const margin = 0.06
/** A limit is shown once a line comes this near to it. */
const nearLimit = 0.8

const extremes = (all: readonly Columns[], { fromMs, toMs }: Span): ValueRange | null => {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const columns of all) {
    const { from, to } = visibleColumns(columns, fromMs, toMs)
    for (let index = from; index < to; index += 1) {
      low = Math.min(low, columns.low[index] ?? low)
      high = Math.max(high, columns.high[index] ?? high)
    }
  }
  return low <= high ? { low, high } : null
}

interface AxisOf {
  kind: SensorType
  unit: string
  /** Bars stand on zero whatever they count. */
  isFromZero: boolean
}

/** Of what is seen, not of all there is; null when nothing is. Noise never fills the height. */
export const valueRange = (
  all: readonly Columns[],
  span: Span,
  { kind, unit, isFromZero }: AxisOf,
): ValueRange | null => {
  const seen = extremes(all, span)
  if (!seen) return null
  const zero = isFromZero || fromZero.has(kind)
  const limit = limitOf(kind, unit)?.value ?? null
  const low = zero ? Math.min(0, seen.low) : seen.low
  const reached = limit !== null && seen.high > limit * nearLimit ? Math.max(seen.high, limit) : seen.high
  const high = zero ? Math.max(0, reached) : reached
  const smallest = isFromZero ? 0 : (smallestSpans[kind] ?? 0)
  const missing = Math.max(smallest - (high - low), high === low ? 1 : 0, 0)
  if (zero && low === 0) return { low, high: (high + missing) * (1 + margin) }
  if (zero && high === 0) return { low: (low - missing) * (1 + margin), high }
  const room = (high - low + missing) * margin
  return { low: low - missing / 2 - room, high: high + missing / 2 + room }
}
