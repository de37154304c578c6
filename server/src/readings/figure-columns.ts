import type { Figures } from './rollup.ts'
import type { Rollups } from './stored-readings.ts'

/** Buckets of one sensor in time order, those without a reading included. */
export type FigureColumns = Omit<Rollups, 'sensorId'>

/** @param rows that there is room for at once */
export const noFigures = (rows = 0): FigureColumns => ({
  atMs: new Array<number>(rows),
  count: new Array<number>(rows),
  suspect: new Array<number>(rows),
  min: new Array<number>(rows),
  max: new Array<number>(rows),
  sum: new Array<number>(rows),
  increase: new Array<number>(rows),
  share: new Array<number>(rows),
})

export function addFigures(columns: FigureColumns, atMs: number, figures: Omit<Figures, 'first' | 'last'>): void {
  columns.atMs.push(atMs)
  columns.count.push(figures.count)
  columns.suspect.push(figures.suspect)
  columns.min.push(figures.min)
  columns.max.push(figures.max)
  columns.sum.push(figures.sum)
  columns.increase.push(figures.increase)
  columns.share.push(Number.NaN)
}

/** Buckets with a reading that begin in [fromMs, toMs), of several sensors, by time and then by sensor. Pure. */
export function inOrder(bySensor: ReadonlyMap<number, FigureColumns>, fromMs: number, toMs: number): Rollups {
  const sensors = [...bySensor].sort(([a], [b]) => a - b)
  const most = sensors.reduce((sum, [, { atMs }]) => sum + atMs.length, 0)
  // Of their size from the beginning: as they grow they would be copied again and again.
  const rollups: Rollups = { sensorId: new Array<number>(most), ...noFigures(most) }
  let rows = 0
  // Most sensors have a bucket at each instant: asking all of them at each costs less than a heap.
  const next = new Uint32Array(sensors.length)
  for (let atMs = Number.NEGATIVE_INFINITY; atMs < toMs; ) {
    let followingMs = Number.POSITIVE_INFINITY
    for (let which = 0; which < sensors.length; which++) {
      const [sensorId, columns] = sensors[which] as [number, FigureColumns]
      const { length } = columns.atMs
      let row = next[which] as number
      if (row < length && columns.atMs[row] === atMs) {
        if (atMs >= fromMs && hasReading(columns, row)) copyRow(rollups, rows++, sensorId, columns, row)
        next[which] = ++row
      }
      if (row < length) followingMs = Math.min(followingMs, columns.atMs[row] as number)
    }
    atMs = followingMs
  }
  for (const column of Object.values(rollups) as number[][]) column.length = rows
  return rollups
}

const hasReading = ({ count, suspect }: FigureColumns, row: number): boolean =>
  (count[row] as number) + (suspect[row] as number) > 0

function copyRow(rollups: Rollups, to: number, sensorId: number, columns: FigureColumns, row: number): void {
  rollups.sensorId[to] = sensorId
  rollups.atMs[to] = columns.atMs[row] as number
  rollups.count[to] = columns.count[row] as number
  rollups.suspect[to] = columns.suspect[row] as number
  rollups.min[to] = columns.min[row] as number
  rollups.max[to] = columns.max[row] as number
  rollups.sum[to] = columns.sum[row] as number
  rollups.increase[to] = columns.increase[row] as number
  rollups.share[to] = columns.share[row] as number
}
