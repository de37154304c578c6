import type { IngestAnswer } from '@plenum/contract'
import { importError } from './errors.ts'
import type { HttpAnswer } from './http-transport.ts'
import { parseJson, refused } from './json-api.ts'
import type { ReadingBlock } from './recorded-building.ts'
import type { RejectedReading } from './tally.ts'

export const ingestPath = '/api/sensors/data'

export const countReadings = (block: ReadingBlock): number =>
  block.columns.reduce((sum, { cells }) => sum + cells.filter((cell) => cell !== '').length, 0)

/**
 * The ingest request of a block. Readings of one sensor stand together, in time order: that is the order of the
 * database's primary key (sensor, time). Text is put together as it is, without objects and JSON.stringify between.
 */
export function encodeReadings(block: ReadingBlock, sensorIds: Map<string, number>): string {
  const { timestamps } = block
  let body = ''
  for (const { sensorKey, cells } of block.columns) {
    const start = `{"sensor_id":${sensorIds.get(sensorKey)},"timestamp":"`
    for (let row = 0; row < cells.length; row++) {
      if (cells[row] === '') continue
      body += `${body && ','}${start}${timestamps[row]}","value":${cells[row]}}`
    }
  }
  return `{"readings":[${body}]}`
}

/** @throws `import_server_refused` unless the answer accounts for each reading of the block. */
export function readIngestAnswer(block: ReadingBlock, answer: HttpAnswer): IngestAnswer {
  const json = parseJson(answer.body) as Partial<IngestAnswer> | undefined
  const { stored, duplicates, rejected, errors = [] } = json ?? {}
  // 422 with counts: every reading was rejected, which is an outcome like others.
  const counted = typeof stored === 'number' && typeof duplicates === 'number' && typeof rejected === 'number'
  if (!counted || (answer.status !== 200 && answer.status !== 422)) {
    throw refused({ method: 'POST', path: ingestPath }, answer)
  }
  const sent = countReadings(block)
  if (stored + duplicates + rejected !== sent) {
    const accounted = `${stored} stored, ${duplicates} duplicates, ${rejected} rejected`
    throw importError('import_server_refused', `${ingestPath} was sent ${sent} readings and answered ${accounted}`)
  }
  return { stored, duplicates, rejected, errors }
}

/** Names the readings that the errors of an answer are about. */
export function rejectedReadings(block: ReadingBlock, errors: IngestAnswer['errors']): RejectedReading[] {
  const sent = block.columns.flatMap(({ sensorKey, cells }) =>
    cells.flatMap((cell, row) => (cell === '' ? [] : [{ sensorKey, timestamp: block.timestamps[row] as string }])),
  )
  return errors.flatMap(({ index, code, detail }) => {
    const reading = sent[index]
    return reading ? [{ ...reading, code, detail }] : []
  })
}
