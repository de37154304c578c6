import type { ReadingTable } from './reading-table.ts'
import { postBatches } from './post-batches.ts'
import type { ReadingRows } from './reading-rows.ts'

const dayMs = 86_400_000

/** Readings of a time that is over, as the server holds them before it seals them. */
export interface ClosedDays {
  rows: ReadingRows
  chunks: Buffer[]
  fromMs: number
  toMs: number
}

/** The server makes the partitions that COPY writes to: it is sent a reading of each day, which is taken away again. */
export async function openDays(
  { port, key, table }: { port: number; key: string; table: ReadingTable },
  { rows, fromMs, toMs }: Omit<ClosedDays, 'chunks'>,
): Promise<void> {
  const sensorId = rows.sensorIds[0] as number
  const readings: { sensor_id: number; timestamp: string; value: number }[] = []
  for (let atMs = fromMs; ; atMs += dayMs) {
    readings.push({ sensor_id: sensorId, timestamp: new Date(Math.min(atMs, toMs - 1)).toISOString(), value: 0 })
    if (atMs >= toMs) break
  }
  await postBatches(port, [key], [Buffer.from(JSON.stringify({ readings }))])
  await table.client.query('delete from reading where sensor_id = $1 and at >= $2 and at < $3', [
    sensorId,
    new Date(fromMs),
    new Date(toMs),
  ])
}
