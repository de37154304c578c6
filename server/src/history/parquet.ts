import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from 'hyparquet-writer'
import { isGood, type ReadingChunk } from '#readings'
import type { PastSensor } from './store.ts'

/** Rows that are held at a time: a row group is encoded at once, in about 20 ms, and nobody else is served meanwhile. */
export const rowsPerGroup = 20_000

const text = (name: string): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  repetition_type: 'REQUIRED',
})

const schema: SchemaElement[] = [
  { name: 'readings', num_children: 8 },
  { name: 'sensor_id', type: 'INT32', repetition_type: 'REQUIRED' },
  text('sensor_key'),
  text('name'),
  text('sensor_type'),
  text('unit'),
  {
    name: 'timestamp',
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
    repetition_type: 'REQUIRED',
  },
  { name: 'value', type: 'DOUBLE', repetition_type: 'REQUIRED' },
  text('quality'),
]

/** Rows of one group, as columns that are filled and used again. */
function createGroup() {
  const sensors: PastSensor[] = []
  const atMs: bigint[] = []
  const values: number[] = []
  const qualities: string[] = []
  const column = (name: string, data: ColumnSource['data']): ColumnSource => ({ name, data, offsetIndex: false })
  return {
    rows: (): number => values.length,
    add(sensor: PastSensor, chunk: ReadingChunk, from: number, to: number): void {
      for (let i = from; i < to; i++) {
        sensors.push(sensor)
        atMs.push(BigInt(chunk.atMs[i] as number))
        values.push(chunk.values[i] as number)
        qualities.push(isGood(chunk.qualities[i]) ? 'good' : 'suspect')
      }
    },
    columns: (): ColumnSource[] => [
      column(
        'sensor_id',
        Int32Array.from(sensors, ({ sensorId }) => sensorId),
      ),
      ...(['sensorKey', 'name', 'sensorType', 'unit'] as const).map((field, i) =>
        column(
          ['sensor_key', 'name', 'sensor_type', 'unit'][i] as string,
          sensors.map((sensor) => sensor[field]),
        ),
      ),
      column('timestamp', atMs),
      column('value', Float64Array.from(values)),
      column('quality', qualities),
    ],
    clear: (): void => {
      sensors.length = atMs.length = values.length = qualities.length = 0
    },
  }
}

/** A Parquet file in pieces, one a row group; of what is written only each group's place in the file is held. */
export async function* parquetPieces(
  chunks: AsyncIterable<ReadingChunk>,
  sensors: ReadonlyMap<number, PastSensor>,
): AsyncGenerator<Buffer> {
  const writer = new ByteWriter()
  const file = new ParquetWriter({ writer, schema, createdBy: 'plenum' })
  const group = createGroup()
  /** `offset` counts on: it is the place in the file. */
  const take = (): Buffer => {
    const bytes = Buffer.from(writer.getBytes())
    writer.index = 0
    return bytes
  }
  const writeGroup = async (): Promise<Buffer> => {
    await file.write({ columnData: group.columns(), rowGroupSize: rowsPerGroup })
    group.clear()
    return take()
  }

  for await (const chunk of chunks) {
    const sensor = sensors.get(chunk.sensorId)
    if (sensor === undefined) continue
    for (let from = 0; from < chunk.atMs.length; ) {
      const to = Math.min(chunk.atMs.length, from + rowsPerGroup - group.rows())
      group.add(sensor, chunk, from, to)
      from = to
      if (group.rows() === rowsPerGroup) yield await writeGroup()
    }
  }
  if (group.rows() > 0) yield await writeGroup()
  await file.finish()
  yield take()
}
