import type { Batch } from './batch.ts'
import { countOf, postgresEpochMs } from './binary-array.ts'
import { rowsBySensor } from './insert-order.ts'

/** sensor_id int4, quality int2, at timestamptz, value float8; each behind its length, all behind their number. */
const rowBytes = 2 + (4 + 4) + (4 + 2) + (4 + 8) + (4 + 8)
const header = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)])

/** Readings of all batches, ordered by sensor, in PostgreSQL's binary COPY format (sql-copy.html, "Binary Format"). */
export function copyRowsOf(batches: readonly Batch[]): Buffer {
  const count = countOf(batches)
  const rows = rowsBySensor(batches, count)
  const all = Buffer.allocUnsafe(header.length + count * rowBytes + 2)
  header.copy(all)
  all.writeInt16BE(-1, all.length - 2)
  const view = new DataView(all.buffer, all.byteOffset, all.length)
  let position = 0
  for (const { sensorIds, atMs, values, qualities } of batches) {
    for (let i = 0; i < sensorIds.length; i++, position++) {
      const at = header.length + (rows === null ? position : (rows[position] as number)) * rowBytes
      const us = ((atMs[i] as number) - postgresEpochMs) * 1_000
      const high = Math.floor(us / 2 ** 32)
      view.setInt16(at, 4)
      view.setInt32(at + 2, 4)
      view.setInt32(at + 6, sensorIds[i] as number)
      view.setInt32(at + 10, 2)
      view.setInt16(at + 14, qualities[i] as number)
      view.setInt32(at + 16, 8)
      view.setInt32(at + 20, high)
      view.setUint32(at + 24, us - high * 2 ** 32)
      view.setInt32(at + 28, 8)
      view.setFloat64(at + 32, values[i] as number)
    }
  }
  return all
}
