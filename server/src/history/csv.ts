import { csvCell } from '#platform'
import { isGood, type ReadingChunk } from '#readings'
import { createInstantWriter } from './instant.ts'
import type { PastSensor } from './store.ts'

export const csvHeader = 'sensor_id,sensor_key,name,sensor_type,unit,timestamp,value,quality\r\n'

/** About as much as one write to a socket takes. */
const pieceLength = 64 * 1024

/** A CSV file in pieces, header first. */
export async function* csvPieces(
  chunks: AsyncIterable<ReadingChunk>,
  sensors: ReadonlyMap<number, PastSensor>,
): AsyncGenerator<string> {
  const instant = createInstantWriter()
  let piece = csvHeader
  for await (const { sensorId, atMs, values, qualities } of chunks) {
    const sensor = sensors.get(sensorId)
    if (sensor === undefined) continue
    const cells = [sensor.sensorKey, sensor.name, sensor.sensorType, sensor.unit].map(csvCell)
    const begin = `${sensorId},${cells.join(',')},`
    for (let i = 0; i < atMs.length; i++) {
      piece += `${begin}${instant(atMs[i] as number)},${values[i]},${isGood(qualities[i]) ? 'good' : 'suspect'}\r\n`
      if (piece.length < pieceLength) continue
      yield piece
      piece = ''
    }
  }
  if (piece !== '') yield piece
}
