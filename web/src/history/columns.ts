import type { RollupRecord, Series } from '@plenum/contract'

/**
 * What is drawn of one sensor, column by column: readings where the chart is wide enough for each, else the span of what
 * was read in a column's time. Counters: `mean` is the increase in it. Null where every reading was suspect.
 */
export interface Columns {
  /** Columns follow each other, but not without gaps; one ends where or before the next begins. */
  startMs: readonly number[]
  endMs: readonly number[]
  low: readonly (number | null)[]
  high: readonly (number | null)[]
  mean: readonly (number | null)[]
  suspect: readonly number[]
  /** Readings that arrived late; null where that is not known. */
  late: readonly number[] | null
  /** Points farther apart than this have a gap between them. */
  breakMs: number
}

/** A gap is a distance of over two and a half intervals: one missing reading is none. */
const gapIntervals = 2.5

export const columnCentre = ({ startMs, endMs }: Columns, index: number): number =>
  ((startMs[index] ?? 0) + (endMs[index] ?? 0)) / 2

const medianDistance = (times: readonly number[]): number => {
  const distances = times.slice(1).map((atMs, index) => atMs - (times[index] ?? atMs))
  return distances.sort((a, b) => a - b)[Math.floor((distances.length - 1) / 2)] ?? 0
}

/** A sensor that reports more seldom than was declared still has a line: its usual distance counts too. */
export const columnsOfSeries = (series: Series, intervalMs: number): Columns => ({
  startMs: series.timestamp,
  endMs: series.timestamp.map((atMs) => atMs + series.step_ms),
  low: series.min,
  high: series.max,
  mean: series.avg,
  suspect: series.suspect,
  late: series.late,
  breakMs: gapIntervals * Math.max(series.step_ms, intervalMs, medianDistance(series.timestamp)),
})

/** `endOf` says where the bucket that begins at an instant ends. */
export const columnsOfIncreases = (records: readonly RollupRecord[], endOf: (startMs: number) => number): Columns => {
  const startMs = records.map(({ timestamp }) => Date.parse(timestamp))
  const mean = records.map(({ increase }) => increase ?? null)
  const suspect = records.map((record) => record.suspect)
  const bars = { startMs, endMs: startMs.map(endOf), low: mean, high: mean, mean, suspect }
  return { ...bars, late: null, breakMs: Number.POSITIVE_INFINITY }
}

/** Position of the first column that ends after `atMs`. */
export const firstEndingAfter = ({ endMs }: Columns, atMs: number): number => {
  let low = 0
  let high = endMs.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((endMs[middle] ?? 0) > atMs) high = middle
    else low = middle + 1
  }
  return low
}

/** The column at `atMs`, or the nearest one unless a gap lies there; null where there is nothing to read. */
export const columnAt = (columns: Columns, atMs: number): number | null => {
  const after = firstEndingAfter(columns, atMs)
  if ((columns.startMs[after] ?? Number.POSITIVE_INFINITY) <= atMs) return after
  const distance = (index: number) => Math.abs(columnCentre(columns, index) - atMs)
  const count = columns.startMs.length
  const nearest = [after - 1, after].filter((index) => index >= 0 && index < count)
  const [best] = nearest.sort((a, b) => distance(a) - distance(b))
  return best === undefined || !(distance(best) <= columns.breakMs / 2) ? null : best
}

/** Positions whose column lies at least in part within the span. */
export const visibleColumns = (columns: Columns, fromMs: number, toMs: number): { from: number; to: number } => {
  const from = firstEndingAfter(columns, fromMs)
  // The first that begins at the end or later: one step at most beyond the one that holds the end.
  let to = Math.max(from, firstEndingAfter(columns, toMs))
  if (to < columns.startMs.length && (columns.startMs[to] ?? toMs) < toMs) to += 1
  return { from, to }
}

/** Runs of positions without a gap between them; columns without a value end a run. */
export const runsOf = (columns: Columns): { from: number; to: number }[] => {
  const runs: { from: number; to: number }[] = []
  let open: { from: number; to: number } | null = null
  for (let index = 0; index < columns.startMs.length; index += 1) {
    const isFar = open !== null && columnCentre(columns, index) - columnCentre(columns, index - 1) > columns.breakMs
    if (columns.mean[index] === null || isFar) open = null
    if (columns.mean[index] === null) continue
    if (open) open.to = index + 1
    else runs.push((open = { from: index, to: index + 1 }))
  }
  return runs
}
