import assert from 'node:assert/strict'
import type { IngestAnswer } from '@plenum/contract'
import { openKeepAlive } from './keep-alive-client.ts'
import { bySensor, type ReadingRows } from './reading-rows.ts'

const dayMs = 86_400_000

/** A body of the bulk import: a line for each day of a sensor, days counted from `fromMs`. */
export function runLines(rows: ReadingRows, fromMs: number): Buffer {
  const lines: string[] = []
  for (const [sensorId, { length, atMs, values }] of bySensor(rows)) {
    for (let i = 0; i < length; ) {
      const endMs = fromMs + (Math.floor(((atMs[i] as number) - fromMs) / dayMs) + 1) * dayMs
      let end = i
      while (end < length && (atMs[end] as number) < endMs) end++
      const columns = `"timestamps":[${atMs.subarray(i, end).join()}],"values":[${values.subarray(i, end).join()}]`
      lines.push(`{"sensor_id":${sensorId},${columns}}\n`)
      i = end
    }
  }
  return Buffer.from(lines.join(''))
}

/** @throws when not all of it is stored anew */
export async function postRuns(port: number, key: string, body: Buffer, readings: number): Promise<{ ms: number }> {
  const head = `POST /api/import/readings HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${key}\r\ncontent-type: application/x-ndjson\r\n`
  const client = await openKeepAlive(port)
  try {
    const started = performance.now()
    const answer = await client.exchange(head, body)
    const ms = performance.now() - started
    assert.equal(answer.status, 200, answer.body)
    const { stored, duplicates, rejected } = JSON.parse(answer.body) as IngestAnswer
    assert.deepEqual({ stored, duplicates, rejected }, { stored: readings, duplicates: 0, rejected: 0 })
    return { ms }
  } finally {
    client.close()
  }
}
