import assert from 'node:assert/strict'
import test from 'node:test'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import type { ReadingChunk } from '#readings'
import { csvPieces } from './csv.ts'
import { createInstantWriter } from './instant.ts'
import { parquetPieces, rowsPerGroup } from './parquet.ts'
import type { PastSensor } from './store.ts'

const sensor: PastSensor = {
  sensorId: 17,
  sensorKey: 'demo/3F/temp-1',
  name: '=HYPERLINK("http://example.com")',
  sensorType: 'temperature',
  unit: 'degC',
  intervalS: 60,
  timezone: 'Asia/Tokyo',
}
const sensors = new Map([[17, sensor]])

async function* inChunks(count: number, perChunk: number): AsyncGenerator<ReadingChunk> {
  for (let first = 0; first < count; first += perChunk) {
    const length = Math.min(perChunk, count - first)
    const atMs = Float64Array.from({ length }, (_, i) => Date.UTC(2026, 0, 1) + (first + i) * 60_000 + (i % 1_000))
    const values = Float64Array.from({ length }, (_, i) => Math.sin(first + i) * 10 ** ((first + i) % 40) - 5.2)
    const qualities = Uint8Array.from({ length }, (_, i) => Number((first + i) % 9 === 0))
    yield { sensorId: 17, atMs, values, qualities }
  }
}

async function rowsOf(count: number, perChunk: number) {
  const rows = []
  for await (const { sensorId, atMs, values, qualities } of inChunks(count, perChunk))
    for (let i = 0; i < atMs.length; i++)
      rows.push({
        sensor_id: sensorId,
        sensor_key: sensor.sensorKey,
        name: sensor.name,
        sensor_type: sensor.sensorType,
        unit: sensor.unit,
        timestamp: new Date(atMs[i] as number),
        value: values[i] as number,
        quality: qualities[i] === 0 ? 'good' : 'suspect',
      })
  return rows
}

const collect = async <T>(pieces: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const piece of pieces) all.push(piece)
  return all
}

test('CSV holds every reading, numbers as numbers (S7)', async () => {
  const pieces = await collect(csvPieces(inChunks(5_000, 700), sensors))
  const rows = parse(pieces.join(''), { columns: true }) as Record<string, string>[]
  const expected = await rowsOf(5_000, 700)
  assert.ok(pieces.join('').includes(',-5.2,'), 'a negative number stays a number')
  assert.deepEqual(
    rows.map((row) => ({ ...row, value: Number(row['value']) })),
    expected.map((row) => ({
      ...row,
      sensor_id: '17',
      name: `'${sensor.name}`,
      timestamp: row.timestamp.toISOString(),
    })),
  )
})

test('an export without readings is a header', async () => {
  const [header, ...rest] = await collect(csvPieces(inChunks(0, 1), sensors))
  assert.equal(header, 'sensor_id,sensor_key,name,sensor_type,unit,timestamp,value,quality\r\n')
  assert.deepEqual(rest, [])
})

for (const count of [0, 1, rowsPerGroup, 2 * rowsPerGroup + 77])
  test(`Parquet of ${count} readings reads back as they were`, async () => {
    const pieces = await collect(parquetPieces(inChunks(count, 1_440), sensors))
    const { buffer, byteOffset, byteLength } = Buffer.concat(pieces)
    const file = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
    const metadata = parquetMetadata(file)
    assert.equal(Number(metadata.num_rows), count)
    assert.equal(metadata.row_groups.length, Math.ceil(count / rowsPerGroup))
    assert.deepEqual(await parquetReadObjects({ file }), await rowsOf(count, 1_440))
  })

test('instants are written as Date writes them', () => {
  const instant = createInstantWriter()
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(1970, 0, 1) - 1e12, max: Date.UTC(9999, 0, 1) }), (atMs) => {
      assert.equal(instant(atMs), new Date(atMs).toISOString())
      assert.equal(instant(atMs + 1), new Date(atMs + 1).toISOString())
    }),
  )
})
