import { type Behaviour, sensorKinds } from '@plenum/contract'
import { type Counting, counterStep, type Good, isGood, isOn, type ReadingChunk } from '#readings'
import type { Place } from './page.ts'
import type { PastSensor } from './store.ts'

export const behaviourOf = ({ sensorType }: PastSensor): Behaviour => sensorKinds[sensorType].behaviour

/** The figures of a bucket as they are answered; NaN where there is none. */
export interface Bucket extends Place {
  count: number
  suspect: number
  avg: number
  min: number
  max: number
  /** Counters. */
  increase: number
  /** States. */
  share: number
}

/** Buckets in order of place, as columns. */
export type BucketColumns = { [Figure in keyof Bucket]: number[] }

export const columnsOf = (buckets: readonly Bucket[]): BucketColumns => ({
  sensorId: buckets.map(({ sensorId }) => sensorId),
  atMs: buckets.map(({ atMs }) => atMs),
  count: buckets.map(({ count }) => count),
  suspect: buckets.map(({ suspect }) => suspect),
  avg: buckets.map(({ avg }) => avg),
  min: buckets.map(({ min }) => min),
  max: buckets.map(({ max }) => max),
  increase: buckets.map(({ increase }) => increase),
  share: buckets.map(({ share }) => share),
})

/** Of several finite values: never outside them, also where rounding or an overflow of the sum would carry it out. */
export function meanOf(sum: number, count: number, min: number, max: number): number {
  if (count === 0) return Number.NaN
  const mean = sum / count
  return Number.isNaN(mean) ? min / 2 + max / 2 : Math.min(max, Math.max(min, mean))
}

/** Length of what two half-open stretches of time have in common. */
const common = (fromA: number, toA: number, fromB: number, toB: number): number =>
  Math.max(0, Math.min(toA, toB) - Math.max(fromA, fromB))

/**
 * Buckets of one sensor whose readings come in time order. Readings before `fromMs` make no bucket; what a counter rose
 * from and which state held is taken from them.
 *
 * @param endOf end of the bucket that begins there
 * @param counting what its falls mean; of counters
 * @param before the last good reading before those that come; of counters
 */
export function createBuckets(options: {
  sensorId: number
  behaviour: Behaviour
  /** The longest that a reading of a state holds. */
  holdMs: number
  fromMs: number
  startOf(atMs: number): number
  endOf(startMs: number): number
  counting: Counting | undefined
  before: Good | undefined
}) {
  const { sensorId, holdMs, fromMs, counting } = options
  const isState = options.behaviour === 'state'
  const buckets: Bucket[] = []
  let open: Bucket | null = null
  let endMs = Number.NEGATIVE_INFINITY
  let last: Good | null = options.before ?? null
  let sum = 0
  let coveredMs = 0
  let onMs = 0

  /** Counts the state of `last` until the next reading, as far as it lies in the open bucket. */
  const hold = (untilMs: number): void => {
    if (!isState || open === null || last === null) return
    const heldMs = common(last.atMs, Math.min(untilMs, last.atMs + holdMs), open.atMs, endMs)
    coveredMs += heldMs
    if (isOn(last.value)) onMs += heldMs
  }
  const close = (): void => {
    if (open === null) return
    hold(endMs)
    open.avg = meanOf(sum, open.count, open.min, open.max)
    if (coveredMs > 0) open.share = onMs / coveredMs
    buckets.push(open)
    open = null
  }
  const begin = (startMs: number): Bucket => {
    close()
    sum = coveredMs = onMs = 0
    endMs = options.endOf(startMs)
    const none = Number.NaN
    const counted = { count: 0, suspect: 0, increase: 0 }
    open = { sensorId, atMs: startMs, ...counted, avg: none, min: none, max: none, share: none }
    return open
  }
  const add = (atMs: number, value: number, counts: boolean): void => {
    const reading = { atMs, value }
    if (atMs >= fromMs) {
      const bucket = open !== null && atMs < endMs ? open : begin(options.startOf(atMs))
      if (!counts) {
        bucket.suspect++
        return
      }
      hold(atMs)
      if (counting && last !== null)
        bucket.increase = Math.min(Number.MAX_VALUE, bucket.increase + counterStep(counting, last, reading))
      sum += value
      if (bucket.count++ === 0) bucket.min = bucket.max = value
      else if (value < bucket.min) bucket.min = value
      else if (value > bucket.max) bucket.max = value
    }
    if (counts) last = reading
  }

  return {
    add({ atMs, values, qualities }: ReadingChunk): void {
      for (let i = 0; i < atMs.length; i++) add(atMs[i] as number, values[i] as number, isGood(qualities[i]))
    },
    /** In time order, those with at least one reading. */
    end(): Bucket[] {
      close()
      return buckets
    },
  }
}
