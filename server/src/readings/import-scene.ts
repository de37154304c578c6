import assert from 'node:assert/strict'
import type { IngestAnswer } from '@plenum/contract'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'

/** For tests of the bulk import: what they send, and what is then there. */
export const path = '/api/import/readings'
export const ndjson = { 'content-type': 'application/x-ndjson' }
export const minuteMs = 60_000
export const dayMs = 86_400_000
/** Midnight in Tokyo, five days before the clock of a test server. */
export const fromMs = Date.parse('2026-11-18T00:00:00+09:00')

/** Whoever sends, see the harness. */
type Sender<Answer> = (method: 'POST', url: string, body: string, headers: Record<string, string>) => Promise<Answer>

export type Line = object | string
export const bodyOf = (lines: readonly Line[]): string =>
  lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
export const post = <Answer>(as: Sender<Answer>, lines: readonly Line[]) => as('POST', path, bodyOf(lines), ndjson)
export async function load(
  as: Sender<{ statusCode: number; body: string }>,
  lines: readonly Line[],
): Promise<IngestAnswer> {
  const answer = await post(as, lines)
  assert.equal(answer.statusCode, 200, answer.body)
  return JSON.parse(answer.body) as IngestAnswer
}
export const counts = ({ stored, duplicates, rejected }: IngestAnswer) => [stored, duplicates, rejected]

/** A reading a minute. */
export const minutes = (
  sensor_id: number,
  start: number,
  length: number,
  value = (i: number) => 20 + (i % 50) / 10,
) => ({
  sensor_id,
  start,
  step_ms: minuteMs,
  values: Array.from({ length }, (_, i) => value(i)),
})

export const looksAt = ({
  services,
}: {
  services: { database: { db: Kysely<Tables> }; metrics: { text(): Promise<string> } }
}) => ({
  countIn: async (relation: string, sensor: { id: number }): Promise<number> => {
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from ${sql.table(relation)} where sensor_id = ${sensor.id}`.execute(services.database.db)
    return rows[0]?.n as number
  },
  held: async (): Promise<number> =>
    Number(/^plenum_ingest_bytes_held (\d+)$/m.exec(await services.metrics.text())?.[1]),
})
