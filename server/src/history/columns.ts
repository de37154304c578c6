import type { Series } from '@plenum/contract'
import { isGood, isLate, type ReadingChunk, type Rollups } from '#readings'
import { meanOf } from './buckets.ts'

type Drawn = Pick<Series, 'readings' | 'timestamp' | 'min' | 'max' | 'avg' | 'suspect'>

/**
 * The columns of a chart: what was read in each, so that no peak is lost however many readings a pixel covers.
 * Column i holds [anchorMs + i * stepMs, anchorMs + (i + 1) * stepMs).
 */
export function createColumns({ anchorMs, stepMs, columns }: { anchorMs: number; stepMs: number; columns: number }) {
  const min = new Float64Array(columns).fill(Number.POSITIVE_INFINITY)
  const max = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY)
  const sum = new Float64Array(columns)
  const count = new Uint32Array(columns)
  const suspect = new Uint32Array(columns)
  const late = new Uint32Array(columns)
  let readings = 0
  const columnOf = (atMs: number): number => Math.min(columns - 1, Math.max(0, Math.floor((atMs - anchorMs) / stepMs)))

  return {
    addReadings({ atMs, values, qualities }: ReadingChunk): void {
      readings += atMs.length
      for (let i = 0; i < atMs.length; i++) {
        const column = columnOf(atMs[i] as number)
        if (isLate(qualities[i])) late[column] = (late[column] as number) + 1
        if (!isGood(qualities[i])) {
          suspect[column] = (suspect[column] as number) + 1
          continue
        }
        const value = values[i] as number
        if (value < (min[column] as number)) min[column] = value
        if (value > (max[column] as number)) max[column] = value
        sum[column] = (sum[column] as number) + value
        count[column] = (count[column] as number) + 1
      }
    },

    /** Buckets that each lie in one column as a whole, those that begin before `untilMs`. */
    addBuckets({ atMs, ...buckets }: Rollups, untilMs: number): void {
      for (let i = 0; i < atMs.length && (atMs[i] as number) < untilMs; i++) {
        const column = columnOf(atMs[i] as number)
        const good = buckets.count[i] as number
        readings += good + (buckets.suspect[i] as number)
        suspect[column] = (suspect[column] as number) + (buckets.suspect[i] as number)
        if (good === 0) continue
        min[column] = Math.min(min[column] as number, buckets.min[i] as number)
        max[column] = Math.max(max[column] as number, buckets.max[i] as number)
        sum[column] = (sum[column] as number) + (buckets.sum[i] as number)
        count[column] = (count[column] as number) + good
      }
    },

    /** Those with readings. `fromMs`: the first may begin before what was asked for. */
    end(fromMs: number): Drawn & { late: number[] } {
      const line = { readings, timestamp: [] as number[], suspect: [] as number[], late: [] as number[] }
      const band = { min: [] as (number | null)[], max: [] as (number | null)[], avg: [] as (number | null)[] }
      for (let i = 0; i < columns; i++) {
        const good = count[i] as number
        if (good === 0 && suspect[i] === 0) continue
        const [low, high] = [min[i] as number, max[i] as number]
        line.timestamp.push(Math.max(fromMs, anchorMs + i * stepMs))
        line.suspect.push(suspect[i] as number)
        line.late.push(late[i] as number)
        band.min.push(good > 0 ? low : null)
        band.max.push(good > 0 ? high : null)
        band.avg.push(good > 0 ? meanOf(sum[i] as number, good, low, high) : null)
      }
      return { ...line, ...band }
    },
  }
}
