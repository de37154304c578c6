import type { Batch } from './batch.ts'
import { rowsBySensor } from './insert-order.ts'

/**
 * PostgreSQL arrays in the binary wire format (src/backend/utils/adt/arrayfuncs.c, array_recv): an array of 10,000
 * numbers costs neither formatting here nor parsing there, and doubles arrive bit for bit.
 */

const header = 20
/** Milliseconds from 1970 to PostgreSQL's epoch, 2000-01-01. */
export const postgresEpochMs = 946_684_800_000
/** By their type's oid, and the bytes of an element. */
const int4 = { type: 23, bytes: 4 }
const timestamptz = { type: 1184, bytes: 8 }
const float8 = { type: 701, bytes: 8 }
const int2 = { type: 21, bytes: 2 }

/** Readings of all batches. */
export const countOf = (batches: readonly Batch[]): number =>
  batches.reduce((sum, { sensorIds }) => sum + sensorIds.length, 0)

/**
 * Readings of all batches, ordered by sensor, as int4[], timestamptz[], float8[] and int2[]: sensors, instants, values
 * and qualities.
 */
export function arraysOf(batches: readonly Batch[]): Buffer[] {
  const count = countOf(batches)
  const rows = rowsBySensor(batches, count)
  const size = ({ bytes }: { bytes: number }) => header + count * (4 + bytes)
  const columns = [int4, timestamptz, float8, int2]
  // One allocation, and a DataView, since its accessors compile to single instructions, as Buffer's do not.
  const all = Buffer.allocUnsafe(columns.reduce((sum, column) => sum + size(column), 0))
  const view = new DataView(all.buffer, all.byteOffset, all.length)
  const starts: number[] = []
  let end = 0
  for (const column of columns) {
    starts.push(end)
    view.setInt32(end, 1) // dimensions
    view.setInt32(end + 4, 0) // no nulls
    view.setInt32(end + 8, column.type)
    view.setInt32(end + 12, count)
    view.setInt32(end + 16, 1) // lower bound
    end += size(column)
  }
  const [ids = 0, instants = 0, doubles = 0, smallints = 0] = starts.map((start) => start + header)
  let position = 0
  for (const { sensorIds, atMs, values, qualities } of batches) {
    for (let i = 0; i < sensorIds.length; i++, position++) {
      const row = rows === null ? position : (rows[position] as number)
      const id = ids + row * (4 + int4.bytes)
      view.setInt32(id, int4.bytes)
      view.setInt32(id + 4, sensorIds[i] as number)
      // Microseconds fit a double exactly for tens of thousands of years, so no BigInt is needed.
      const us = ((atMs[i] as number) - postgresEpochMs) * 1000
      const high = Math.floor(us / 2 ** 32)
      const instant = instants + row * (4 + timestamptz.bytes)
      view.setInt32(instant, timestamptz.bytes)
      view.setInt32(instant + 4, high)
      view.setUint32(instant + 8, us - high * 2 ** 32)
      const value = doubles + row * (4 + float8.bytes)
      view.setInt32(value, float8.bytes)
      view.setFloat64(value + 4, values[i] as number)
      const quality = smallints + row * (4 + int2.bytes)
      view.setInt32(quality, int2.bytes)
      view.setInt16(quality + 4, qualities[i] as number)
    }
  }
  return starts.map((start, column) => all.subarray(start, starts[column + 1]))
}

/**
 * Reads what `array_send` wrote, one array of numbers without nulls after another; an empty one has no dimension.
 * @returns the next array: of int2, int4 or float8, whichever it is
 */
export function createArrayReader(bytes: Buffer): () => Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0
  return () => {
    const [isEmpty, type] = [view.getInt32(at) === 0, view.getInt32(at + 8)]
    at += isEmpty ? 12 : header
    const numbers = new Float64Array(isEmpty ? 0 : view.getInt32(at - 8))
    const { length } = numbers
    // Each has its length before it.
    const stride = 4 + (type === int2.type ? int2.bytes : type === int4.type ? int4.bytes : float8.bytes)
    at += 4
    if (type === int2.type) for (let i = 0; i < length; i++) numbers[i] = view.getInt16(at + i * stride)
    else if (type === int4.type) for (let i = 0; i < length; i++) numbers[i] = view.getInt32(at + i * stride)
    else for (let i = 0; i < length; i++) numbers[i] = view.getFloat64(at + i * stride)
    at += length * stride - 4
    return numbers
  }
}
