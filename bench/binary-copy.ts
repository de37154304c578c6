/** Milliseconds from 1970 to PostgreSQL's epoch, 2000-01-01. */
const postgresEpochMs = 946_684_800_000
const rowBytes = 2 + (4 + 4) + (4 + 2) + (4 + 8) + (4 + 8)
const rowsPerChunk = 1_600

/**
 * Readings as PostgreSQL's binary COPY format has them (sql-copy.html, "Binary Format"): sensor_id int4, quality int2,
 * at timestamptz, value float8.
 * @param each calls its argument for every reading; `rows` times
 */
export function encodeCopy(
  rows: number,
  each: (take: (sensorId: number, quality: number, atMs: number, value: number) => void) => void,
): Buffer[] {
  const bytes = Buffer.alloc(rows * rowBytes)
  let at = 0
  each((sensorId, quality, atMs, value) => {
    const us = (atMs - postgresEpochMs) * 1_000
    const high = Math.floor(us / 2 ** 32)
    bytes.writeInt16BE(4, at)
    bytes.writeInt32BE(4, at + 2)
    bytes.writeInt32BE(sensorId, at + 6)
    bytes.writeInt32BE(2, at + 10)
    bytes.writeInt16BE(quality, at + 14)
    bytes.writeInt32BE(8, at + 16)
    bytes.writeInt32BE(high, at + 20)
    bytes.writeUInt32BE(us - high * 2 ** 32, at + 24)
    bytes.writeInt32BE(8, at + 28)
    bytes.writeDoubleBE(value, at + 32)
    at += rowBytes
  })
  const chunkBytes = rowsPerChunk * rowBytes
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, i) =>
    bytes.subarray(i * chunkBytes, (i + 1) * chunkBytes),
  )
  const header = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)])
  return [header, ...chunks, Buffer.from([0xff, 0xff])]
}
