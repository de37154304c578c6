import { type Ascii, asciiOf, writeAscii } from './ascii.ts'
import { behaviourOf, type BucketColumns } from './buckets.ts'
import { writeNumber } from './number-bytes.ts'
import type { PageBuffers } from './page-buffers.ts'
import { createRecordBuffers, createRecordPage } from './record-page.ts'
import type { PastSensor } from './store.ts'

/** Names, a sensor's id, an instant, six numbers. */
const longestRecord = 272

const beforeCount = asciiOf('","count":')
const beforeSuspect = asciiOf(',"suspect":')
const beforeAvg = asciiOf(',"avg":')
const beforeMin = asciiOf(',"min":')
const beforeMax = asciiOf(',"max":')
const beforeIncrease = asciiOf(',"increase":')
const beforeShare = asciiOf(',"share":')
const none = asciiOf('null')
const close = '}'.charCodeAt(0)

export const createBucketBuffers = (): PageBuffers => createRecordBuffers(longestRecord)

export type BucketJson = ReturnType<typeof createBucketJson>

/**
 * Buckets; as objects and then text they took twice as long and left 3 MB a page to collect.
 * @param before what stands before the records; ASCII
 */
export function createBucketJson(buffers: PageBuffers, sensors: readonly PastSensor[], before: string) {
  const page = createRecordPage(buffers, before)
  const { bytes, view } = page
  const behaviours = new Map(sensors.map((sensor) => [sensor.sensorId, behaviourOf(sensor)]))

  /** NaN, and what JSON can't have, is null. */
  const write = (at: number, name: Ascii, value: number): number => {
    const start = writeAscii(view, at, name)
    return Number.isFinite(value) ? writeNumber(bytes, start, value) : writeAscii(view, start, none)
  }

  return {
    /** The next record. */
    add(buckets: BucketColumns, row: number): void {
      const sensorId = buckets.sensorId[row] as number
      const count = buckets.count[row] as number
      let at = page.begin(sensorId, buckets.atMs[row] as number)
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
      page.end(at + 1)
    },
    end: page.close,
  }
}
