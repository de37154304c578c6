import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Position, SensorType } from '@plenum/contract'
import { importError } from './errors.ts'
import type { BlockRange, ReadingBlock } from './recorded-building.ts'

interface KetiColumn {
  column: string
  sensorType: SensorType
  label: string
  /** Where the plan shows it, in 0..1 of the room. */
  within: Position
}

/** The measured columns, in the order of the file; each is followed by `<column>_n`, how many raw readings it is of. */
export const ketiColumns: KetiColumn[] = [
  { column: 'temperature', sensorType: 'temperature', label: 'temperature', within: { x: 0.2, y: 0.3 } },
  { column: 'humidity', sensorType: 'humidity', label: 'humidity', within: { x: 0.5, y: 0.3 } },
  { column: 'co2', sensorType: 'co2', label: 'CO2', within: { x: 0.8, y: 0.3 } },
  // The recorder's raw count, which is like lux but was never calibrated: compare within a room, not between rooms.
  { column: 'light', sensorType: 'illuminance', label: 'light', within: { x: 0.35, y: 0.7 } },
  // The highest raw motion count of the minute, not a yes or no.
  { column: 'pir', sensorType: 'motion', label: 'motion', within: { x: 0.65, y: 0.7 } },
]

export const ketiHeader = ['epoch_s', ...ketiColumns.flatMap(({ column }) => [column, `${column}_n`])].join(',')

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/**
 * The rows of a room's file, some at a time; no cell of it is quoted. A CSV parser reads all of KETI (32 MB, 2.76 M
 * readings) in 1.3 s of CPU, this in 0.4 s, and both times it is read that is most of what an import takes.
 */
async function* openRows(path: string): AsyncGenerator<string[][]> {
  let columns = 0
  let line = 0
  const cellsOf = (text: string): string[] => {
    line += 1
    const begun = line === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text
    const cells = (begun.endsWith('\r') ? begun.slice(0, -1) : begun).split(',')
    columns ||= cells.length
    if (cells.length !== columns) throw new Error(`${cells.length} cells in place of ${columns} on line ${line}`)
    return cells
  }
  let rest = ''
  // The callback only keeps the pipeline from throwing: whoever reads the rows gets the same error.
  const unpacked = pipeline(createReadStream(path), createGunzip({ chunkSize: 64 * 1024 }), () => {})
  for await (const piece of unpacked.setEncoding('utf8')) {
    const lines = (rest + (piece as string)).split('\n')
    rest = lines.pop() as string
    yield lines.map(cellsOf)
  }
  if (rest !== '') yield [cellsOf(rest)]
}

/** First line of the file; what stands there instead when it can't be read. */
export async function readRoomHeader(path: string): Promise<string> {
  try {
    for await (const [row] of openRows(path)) if (row) return row.join(',')
    return 'nothing'
  } catch (error) {
    return String(error)
  }
}

/** @throws `import_data_malformed` with the file and the line, when the file is not as the format says. */
export async function* readRoomBlocks(
  path: string,
  sensorKey: (column: string) => string,
  { fromRow, maxReadings }: BlockRange,
): AsyncGenerator<ReadingBlock> {
  const rowsPerBlock = Math.max(1, Math.floor(maxReadings / ketiColumns.length))
  const emptyBlock = (): ReadingBlock => ({
    endRow: 0,
    timesMs: [],
    columns: ketiColumns.map(({ column }) => ({ sensorKey: sensorKey(column), cells: [] })),
  })
  let block = emptyBlock()
  let rowsRead = -1
  try {
    for await (const rows of openRows(path)) {
      for (const row of rows) {
        rowsRead += 1
        if (rowsRead === 0) {
          if (row.join(',') !== ketiHeader) throw new Error(`expected the header ${ketiHeader}, found ${row.join(',')}`)
          continue
        }
        if (rowsRead <= fromRow) continue
        const epochS = row[0] === '' ? Number.NaN : Number(row[0])
        if (!Number.isSafeInteger(epochS))
          throw new Error(`epoch_s on line ${rowsRead + 1} is '${row[0]}', not seconds since 1970`)
        block.timesMs.push(epochS * 1000)
        block.columns.forEach(({ cells }, index) => cells.push(toJson(row[1 + 2 * index] as string)))
        if (block.timesMs.length < rowsPerBlock) continue
        yield { ...block, endRow: rowsRead }
        block = emptyBlock()
      }
    }
  } catch (error) {
    throw importError('import_data_malformed', `${basename(path)}: ${(error as Error).message}`, error)
  }
  if (block.timesMs.length > 0) yield { ...block, endRow: rowsRead }
}

/** What is not a number goes out as `null`: the server says what becomes of a reading, not the importer. */
const toJson = (cell: string) => (cell === '' || jsonNumber.test(cell) ? cell : 'null')
