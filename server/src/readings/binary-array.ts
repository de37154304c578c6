/**
 * PostgreSQL arrays in the binary wire format (src/backend/utils/adt/arrayfuncs.c, array_recv): an array of 10,000
 * numbers costs neither formatting here nor parsing there, and doubles arrive bit for bit.
 */

const header = 20
/** Milliseconds from 1970 to PostgreSQL's epoch, 2000-01-01. */
const postgresEpochMs = 946_684_800_000

function allocate(elementType: number, length: number, elementBytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(header + length * (4 + elementBytes))
  buffer.writeInt32BE(1, 0) // dimensions
  buffer.writeInt32BE(0, 4) // no nulls
  buffer.writeInt32BE(elementType, 8)
  buffer.writeInt32BE(length, 12)
  buffer.writeInt32BE(1, 16) // lower bound
  return buffer
}

export function int4Array(values: readonly number[]): Buffer {
  const buffer = allocate(23, values.length, 4)
  let at = header
  for (const value of values) {
    buffer.writeInt32BE(4, at)
    buffer.writeInt32BE(value, at + 4)
    at += 8
  }
  return buffer
}

export function int2Array(values: readonly number[]): Buffer {
  const buffer = allocate(21, values.length, 2)
  let at = header
  for (const value of values) {
    buffer.writeInt32BE(2, at)
    buffer.writeInt16BE(value, at + 4)
    at += 6
  }
  return buffer
}

export function float8Array(values: readonly number[]): Buffer {
  const buffer = allocate(701, values.length, 8)
  let at = header
  for (const value of values) {
    buffer.writeInt32BE(8, at)
    buffer.writeDoubleBE(value, at + 4)
    at += 12
  }
  return buffer
}

/** @param values milliseconds since 1970, UTC */
export function timestamptzArray(values: readonly number[]): Buffer {
  const buffer = allocate(1184, values.length, 8)
  let at = header
  for (const value of values) {
    // Microseconds fit a double exactly for tens of thousands of years, so no BigInt is needed.
    const us = (value - postgresEpochMs) * 1000
    const high = Math.floor(us / 2 ** 32)
    buffer.writeInt32BE(8, at)
    buffer.writeInt32BE(high, at + 4)
    buffer.writeUInt32BE(us - high * 2 ** 32, at + 8)
    at += 12
  }
  return buffer
}
