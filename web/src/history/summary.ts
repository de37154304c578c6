import { type Columns, visibleColumns } from './columns.ts'
import type { PanelStyle } from './panels.ts'
import type { Span } from './time-range.ts'

/** The figures of what is seen. Of bars, `total` is their sum; of states, `mean` is the share of time. */
export interface Figures {
  low: number
  high: number
  mean: number
  last: number
  /** Middle of the last column's time, or the beginning of the last bar. */
  lastAtMs: number
  total: number | null
}

/**
 * Columns without a gap are equally wide, so the mean over columns is the mean over the time in which there were
 * readings. Null when there is no good reading to see.
 */
export const figuresOf = (columns: Columns, { fromMs, toMs }: Span, style: PanelStyle): Figures | null => {
  const { from, to } = visibleColumns(columns, fromMs, toMs)
  const figures = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY, sum: 0, count: 0, last: -1 }
  for (let index = from; index < to; index += 1) {
    const mean = columns.mean[index] ?? null
    if (mean === null) continue
    figures.low = Math.min(figures.low, columns.low[index] ?? mean)
    figures.high = Math.max(figures.high, columns.high[index] ?? mean)
    figures.sum += mean
    figures.count += 1
    figures.last = index
  }
  if (figures.count === 0) return null
  const { low, high, sum, count, last } = figures
  const start = columns.startMs[last] ?? 0
  return {
    low,
    high,
    mean: sum / count,
    last: columns.mean[last] ?? 0,
    lastAtMs: style === 'bars' ? start : (start + (columns.endMs[last] ?? start)) / 2,
    total: style === 'bars' ? sum : null,
  }
}

/** How many of the readings that are seen are suspect, and how many arrived late; 0 too where that is not known. */
export interface Marked {
  suspect: number
  late: number
}

export const markedOf = (columns: Columns, { fromMs, toMs }: Span): Marked => {
  const { from, to } = visibleColumns(columns, fromMs, toMs)
  const sum = (counts: readonly number[] | null) =>
    counts ? counts.slice(from, to).reduce((total, count) => total + count, 0) : 0
  return { suspect: sum(columns.suspect), late: sum(columns.late) }
}
