import type { Figures } from './rollup.ts'
import type { Rollups } from './stored-readings.ts'

/** Buckets of one sensor in time order, those without a reading included. */
export type FigureColumns = Omit<Rollups, 'sensorId'>

export const noFigures = (): FigureColumns => ({
  atMs: [],
  count: [],
  suspect: [],
  min: [],
  max: [],
  sum: [],
  increase: [],
  share: [],
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
  const rollups: Rollups = { sensorId: [], ...noFigures() }
  const sensors = [...bySensor].sort(([a], [b]) => a - b)
  // Most sensors have a bucket at each instant: asking all of them at each costs less than a heap.
  const next = new Uint32Array(sensors.length)
  for (let atMs = Number.NEGATIVE_INFINITY; atMs < toMs; ) {
    let followingMs = Number.POSITIVE_INFINITY
    for (let which = 0; which < sensors.length; which++) {
      const [sensorId, columns] = sensors[which] as [number, FigureColumns]
      const { length } = columns.atMs
      let row = next[which] as number
      if (row < length && columns.atMs[row] === atMs) {
        if (atMs >= fromMs) take(rollups, sensorId, columns, row)
        next[which] = ++row
      }
      if (row < length) followingMs = Math.min(followingMs, columns.atMs[row] as number)
    }
    atMs = followingMs
  }
  return rollups
}

function take(rollups: Rollups, sensorId: number, columns: FigureColumns, row: number): void {
  const [count, suspect] = [columns.count[row] as number, columns.suspect[row] as number]
  if (count + suspect === 0) return
  rollups.sensorId.push(sensorId)
  rollups.atMs.push(columns.atMs[row] as number)
  rollups.count.push(count)
  rollups.suspect.push(suspect)
  rollups.min.push(columns.min[row] as number)
  rollups.max.push(columns.max[row] as number)
  rollups.sum.push(columns.sum[row] as number)
  rollups.increase.push(columns.increase[row] as number)
  rollups.share.push(columns.share[row] as number)
}
