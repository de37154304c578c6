import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { ketiColumns, ketiHeader, readRoomBlocks } from './keti-room-file.ts'

const dir = mkdtempSync(join(tmpdir(), 'plenum-import-'))
after(() => rmSync(dir, { recursive: true }))
const path = join(dir, '413.csv.gz')

const toText = (ms: number) => new Date(ms).toISOString().replace('.000', '')

/** Each reading as `column timestamp cell`, and the row each block ends at. */
async function read(text: string | Buffer, fromRow = 0, maxReadings = 10_000) {
  writeFileSync(path, typeof text === 'string' ? gzipSync(text) : text)
  const readings: string[] = []
  const endRows: number[] = []
  for await (const block of readRoomBlocks(path, (column) => column, { fromRow, maxReadings })) {
    endRows.push(block.endRow)
    for (const { sensorKey, cells } of block.columns) {
      assert.equal(cells.length, block.timesMs.length)
      cells.forEach(
        (cell, row) => cell && readings.push(`${sensorKey} ${toText(block.timesMs[row] as number)} ${cell}`),
      )
    }
  }
  return { readings: readings.sort(), endRows }
}

describe('rows of a room', () => {
  test('an empty cell is no reading, and what is not a number is sent as null', async () => {
    const { readings } = await read(`${ketiHeader}\n60,21.50,9,,0,nan,3,-1e2,1,0.0,7\n`)
    assert.deepEqual(readings, [
      'co2 1970-01-01T00:01:00Z null',
      'light 1970-01-01T00:01:00Z -1e2',
      'pir 1970-01-01T00:01:00Z 0.0',
      'temperature 1970-01-01T00:01:00Z 21.50',
    ])
  })

  test('read in blocks from any row on, each reading comes once', () => {
    const cell = fc.oneof(fc.constant(''), fc.integer().map(String))
    const row = fc.tuple(fc.integer({ min: 0, max: 4_000_000_000 }), fc.array(cell, { minLength: 5, maxLength: 5 }))
    return fc.assert(
      fc.asyncProperty(
        fc.array(row),
        fc.nat(50),
        fc.integer({ min: 1, max: 60 }),
        async (rows, fromRow, maxReadings) => {
          const lines = rows.map(([epochS, cells]) => `${epochS},${cells.map((one) => `${one},1`).join(',')}`)
          const { readings, endRows } = await read([ketiHeader, ...lines].join('\n'), fromRow, maxReadings)
          const wanted = rows.slice(fromRow).flatMap(([epochS, cells]) => {
            const at = toText(epochS * 1000)
            return cells.flatMap((one, index) => (one === '' ? [] : [`${ketiColumns[index]?.column} ${at} ${one}`]))
          })
          assert.deepEqual(readings, wanted.sort())
          const rowsPerBlock = Math.max(1, Math.floor(maxReadings / 5))
          const blocks = Math.ceil(Math.max(0, rows.length - fromRow) / rowsPerBlock)
          const ends = Array.from({ length: blocks }, (_, block) =>
            Math.min(rows.length, fromRow + (block + 1) * rowsPerBlock),
          )
          assert.deepEqual(endRows, ends)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('a damaged file is named', async () => {
    const whole = gzipSync(`${ketiHeader}\n60,1,1,1,1,1,1,1,1,1,1\n`)
    const malformed = (text: string | Buffer, message: RegExp) =>
      assert.rejects(read(text), { code: 'import_data_malformed', message })
    await malformed('epoch_s,other\n', /^413\.csv\.gz: expected the header epoch_s,temperature.* found epoch_s,other/)
    await malformed(`${ketiHeader}\n60,1,2\n`, /^413\.csv\.gz: .* on line 2/)
    await malformed(`${ketiHeader}\n60.5,1,1,1,1,1,1,1,1,1,1\n`, /epoch_s on line 2 is '60\.5'/)
    await malformed(`${ketiHeader}\n,1,1,1,1,1,1,1,1,1,1\n`, /epoch_s on line 2 is ''/)
    await malformed(whole.subarray(0, whole.length - 9), /^413\.csv\.gz: unexpected end of file/)
  })
})
