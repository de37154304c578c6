/**
 * PostgreSQL arrays in the binary wire format (src/backend/utils/adt/arrayfuncs.c, array_recv): an array of 10,000
 * numbers costs neither formatting here nor parsing there, and doubles arrive bit for bit.
 */

const header = 20
/** Milliseconds from 1970 to PostgreSQL's epoch, 2000-01-01. */
const postgresEpochMs = 946_684_800_000

/** @param put writes one element; a DataView, since its accessors compile to single instructions, as Buffer's do not */
function arrayOf(
  { type, bytes }: { type: number; bytes: number },
  values: readonly number[],
  put: (view: DataView, at: number, value: number) => void,
): Buffer {
  const buffer = Buffer.allocUnsafe(header + values.length * (4 + bytes))
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
  view.setInt32(0, 1) // dimensions
  view.setInt32(4, 0) // no nulls
  view.setInt32(8, type)
  view.setInt32(12, values.length)
  view.setInt32(16, 1) // lower bound
  let at = header
  for (const value of values) {
    view.setInt32(at, bytes)
    put(view, at + 4, value)
    at += 4 + bytes
  }
  return buffer
}

export const int4Array = (values: readonly number[]): Buffer =>
  arrayOf({ type: 23, bytes: 4 }, values, (view, at, value) => view.setInt32(at, value))

export const int2Array = (values: readonly number[]): Buffer =>
  arrayOf({ type: 21, bytes: 2 }, values, (view, at, value) => view.setInt16(at, value))

export const float8Array = (values: readonly number[]): Buffer =>
  arrayOf({ type: 701, bytes: 8 }, values, (view, at, value) => view.setFloat64(at, value))

/** @param values milliseconds since 1970, UTC */
export const timestamptzArray = (values: readonly number[]): Buffer =>
  arrayOf({ type: 1184, bytes: 8 }, values, (view, at, value) => {
    // Microseconds fit a double exactly for tens of thousands of years, so no BigInt is needed.
    const us = (value - postgresEpochMs) * 1000
    const high = Math.floor(us / 2 ** 32)
    view.setInt32(at, high)
    view.setUint32(at + 4, us - high * 2 ** 32)
  })
