import type { IngestAnswer } from '@plenum/contract'
import type { ApiRequest } from './api-client.ts'
import { importError } from './errors.ts'
import type { HttpAnswer } from './http-transport.ts'
import { parseJson, refused } from './json-api.ts'
import type { ReadingBlock } from './recorded-building.ts'
import type { RejectedReading } from './tally.ts'

const path = '/api/import/readings'

export const countReadings = (block: ReadingBlock): number =>
  block.columns.reduce((sum, { cells }) => sum + cells.filter((cell) => cell !== '').length, 0)

/** Readings of one sensor in a block: a line of the request. */
interface Run {
  sensorKey: string
  timesMs: number[]
  cells: string[]
}

function runsOf({ timesMs, columns }: ReadingBlock): Run[] {
  const runs = columns.map(({ sensorKey, cells }) => {
    if (!cells.includes('')) return { sensorKey, timesMs, cells }
    const there = (_: unknown, row: number) => cells[row] !== ''
    return { sensorKey, timesMs: timesMs.filter(there), cells: cells.filter(there) }
  })
  return runs.filter(({ cells }) => cells.length > 0)
}

/** The bulk request of a block. Text is put together as it is, without objects and JSON.stringify between. */
export function readingsRequest(block: ReadingBlock, sensorIds: Map<string, number>): ApiRequest {
  const lines = runsOf(block).map(
    ({ sensorKey, timesMs, cells }) =>
      `{"sensor_id":${sensorIds.get(sensorKey)},"timestamps":[${timesMs.join()}],"values":[${cells.join()}]}\n`,
  )
  return { method: 'POST', path, contentType: 'application/x-ndjson', body: lines.join('') }
}

/** @throws `import_server_refused` unless the answer accounts for each reading of the block. */
export function readAnswer(block: ReadingBlock, answer: HttpAnswer): IngestAnswer {
  const json = parseJson(answer.body) as Partial<IngestAnswer> | undefined
  const { stored, duplicates, rejected, errors = [] } = json ?? {}
  // 422 with counts: every reading was rejected, which is an outcome like others.
  const counted = typeof stored === 'number' && typeof duplicates === 'number' && typeof rejected === 'number'
  if (!counted || (answer.status !== 200 && answer.status !== 422)) throw refused({ method: 'POST', path }, answer)
  const sent = countReadings(block)
  if (stored + duplicates + rejected !== sent) {
    const accounted = `${stored} stored, ${duplicates} duplicates, ${rejected} rejected`
    throw importError('import_server_refused', `${path} was sent ${sent} readings and answered ${accounted}`)
  }
  return { stored, duplicates, rejected, errors }
}

/** Names the readings that the errors of an answer are about; where it is a whole run, the first of them. */
export function rejectedReadings(block: ReadingBlock, errors: IngestAnswer['errors']): RejectedReading[] {
  const runs = errors.length === 0 ? [] : runsOf(block)
  return errors.flatMap(({ index, position = 0, code, detail }) => {
    const run = runs[index]
    const atMs = run?.timesMs[position]
    if (run === undefined || atMs === undefined) return []
    const timestamp = new Date(atMs).toISOString().replace('.000Z', 'Z')
    return [{ sensorKey: run.sensorKey, timestamp, code, detail }]
  })
}
