import { isGood, type ReadingChunk } from '#readings'
import { asciiOf, writeAscii } from './ascii.ts'
import { writeNumber } from './number-bytes.ts'
import type { PageBuffers } from './page-buffers.ts'
import { createRecordBuffers, createRecordPage } from './record-page.ts'

/** Names, a sensor's id, an instant, a number, a quality. */
const longestRecord = 128

const beforeValue = asciiOf('","value":')
const good = asciiOf(',"quality":"good"}')
const suspect = asciiOf(',"quality":"suspect"}')

export const createRawBuffers = (): PageBuffers => createRecordBuffers(longestRecord)

export type RawJson = ReturnType<typeof createRawJson>

/**
 * Raw records: 10,000 take a millisecond and leave no garbage behind. As text they took four, a schema's serialiser
 * takes three times that.
 * @param before what stands before the records; ASCII
 */
export function createRawJson(buffers: PageBuffers, before: string) {
  const page = createRecordPage(buffers, before)
  const { bytes, view } = page
  return {
    /** The next record. */
    add({ sensorId, atMs, values, qualities }: ReadingChunk, index: number): void {
      let at = page.begin(sensorId, atMs[index] as number)
      at = writeAscii(view, at, beforeValue)
      at = writeNumber(bytes, at, values[index] as number)
      page.end(writeAscii(view, at, isGood(qualities[index]) ? good : suspect))
    },
    end: page.close,
  }
}
