import { historyLimits } from '@plenum/contract'
import { type Ascii, asciiOf, writeAscii } from './ascii.ts'
import { behaviourOf, type BucketColumns } from './buckets.ts'
import { createInstantBytes } from './instant-bytes.ts'
import { writeNumber } from './number-bytes.ts'
import { createPageBuffers, type PageBytes, type PageBuffers } from './page-buffers.ts'
import type { PastSensor } from './store.ts'

/** Of the longest record, with the comma before it: names, a sensor's id, an instant, six numbers. */
const longestRecord = 272
/** Of what stands before the records and after them. */
const longestRest = 2_048

const beforeCount = asciiOf('","count":')
const beforeSuspect = asciiOf(',"suspect":')
const beforeAvg = asciiOf(',"avg":')
const beforeMin = asciiOf(',"min":')
const beforeMax = asciiOf(',"max":')
const beforeIncrease = asciiOf(',"increase":')
const beforeShare = asciiOf(',"share":')
const none = asciiOf('null')
const [open, close] = ['['.charCodeAt(0), '}'.charCodeAt(0)]

/** Each holds a page of as many buckets as a page may have. */
export const createBucketBuffers = (): PageBuffers =>
  createPageBuffers(historyLimits.recordsPerPage * longestRecord + longestRest)

export type BucketJson = ReturnType<typeof createBucketJson>

/**
 * An answer of buckets as JSON, written as bytes; as objects and then text they took twice as long and left 3 MB a page
 * to collect.
 * @param before what stands before the records; ASCII
 */
export function createBucketJson(buffers: PageBuffers, sensors: readonly PastSensor[], before: string) {
  const bytes = buffers.take()
  const view = new DataView(bytes.buffer)
  const writeInstant = createInstantBytes()
  const behaviours = new Map(sensors.map((sensor) => [sensor.sensorId, behaviourOf(sensor)]))
  const begins = new Map<number, Ascii>(
    sensors.map(({ sensorId }) => [sensorId, asciiOf(`,{"sensor_id":${sensorId},"timestamp":"`)]),
  )
  const first = writeAscii(view, 0, asciiOf(before))
  let end = first

  /** NaN, and what JSON can't have, is null. */
  const write = (at: number, name: Ascii, value: number): number => {
    const start = writeAscii(view, at, name)
    return Number.isFinite(value) ? writeNumber(bytes, start, value) : writeAscii(view, start, none)
  }

  return {
    /** The next record; no more than a page may have. */
    add(buckets: BucketColumns, row: number): void {
      const sensorId = buckets.sensorId[row] as number
      const count = buckets.count[row] as number
      let at = writeAscii(view, end, begins.get(sensorId) as Ascii)
      at = writeInstant(view, at, buckets.atMs[row] as number)
      at = write(at, beforeCount, count)
      at = write(at, beforeSuspect, buckets.suspect[row] as number)
      at = write(at, beforeAvg, buckets.avg[row] as number)
      at = write(at, beforeMin, buckets.min[row] as number)
      at = write(at, beforeMax, buckets.max[row] as number)
      const behaviour = behaviours.get(sensorId)
      // Without a good reading nothing is known of a counter, not even that it stood still.
      if (behaviour === 'counter')
        at = write(at, beforeIncrease, count > 0 ? (buckets.increase[row] as number) : Number.NaN)
      if (behaviour === 'state') at = write(at, beforeShare, buckets.share[row] as number)
      bytes[at] = close
      end = at + 1
    },
    /** @param after what stands after the records; ASCII */
    end(after: string): PageBytes {
      // In place of the first comma.
      bytes[first] = open
      end = writeAscii(view, Math.max(end, first + 1), asciiOf(`]${after}`))
      return { bytes: bytes.subarray(0, end), release: () => buffers.giveBack(bytes) }
    },
  }
}
