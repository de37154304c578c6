import { historyLimits } from '@plenum/contract'
import { type Ascii, asciiOf, writeAscii } from './ascii.ts'
import { createInstantBytes } from './instant-bytes.ts'
import { createPageBuffers, type PageBytes, type PageBuffers } from './page-buffers.ts'

/** Of what stands before the records and after them. */
const longestRest = 2_048
const open = '['.charCodeAt(0)

/** Each holds a page of as many records as a page may have. @param longestRecord in bytes, with the comma before it */
export const createRecordBuffers = (longestRecord: number): PageBuffers =>
  createPageBuffers(historyLimits.recordsPerPage * longestRecord + longestRest)

/**
 * An answer of records as JSON, written as bytes. What all records begin with is written here, the rest of them by
 * whoever knows what they hold, between `begin` and `end`; no more of them than a page may have.
 * @param before what stands before the records; ASCII
 */
export function createRecordPage(buffers: PageBuffers, before: string) {
  const bytes = buffers.take()
  const view = new DataView(bytes.buffer)
  const writeInstant = createInstantBytes()
  /** By sensor. */
  const begins = new Map<number, Ascii>()
  const first = writeAscii(view, 0, asciiOf(before))
  let endAt = first

  const beginOf = (sensorId: number): Ascii => {
    let begin = begins.get(sensorId)
    if (!begin) begins.set(sensorId, (begin = asciiOf(`,{"sensor_id":${sensorId},"timestamp":"`)))
    return begin
  }

  return {
    bytes,
    view,
    /** @returns where the record goes on: within the quotes, behind the instant */
    begin: (sensorId: number, atMs: number): number =>
      writeInstant(view, writeAscii(view, endAt, beginOf(sensorId)), atMs),
    /** @param at behind the record */
    end(at: number): void {
      endAt = at
    },
    /** @param after what stands after the records; ASCII */
    close(after: string): PageBytes {
      // In place of the first comma.
      bytes[first] = open
      const length = writeAscii(view, Math.max(endAt, first + 1), asciiOf(`]${after}`))
      return { bytes: bytes.subarray(0, length), release: () => buffers.giveBack(bytes) }
    },
  }
}
