import assert from 'node:assert/strict'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import pg from 'pg'
import { from } from 'pg-copy-streams'
import { type Checksum, dayMs, type Readings, spanOf } from './minute-readings.ts'

export type ReadingTable = Awaited<ReturnType<typeof openReadingTable>>

/** The table the server writes, seen from beside it: one connection. */
export async function openReadingTable(database: pg.ClientConfig) {
  const client = new pg.Client(database)
  await client.connect()
  const span = (readings: Readings): Date[] => Object.values(spanOf(readings)).map((ms) => new Date(ms))

  return {
    client,

    async version(): Promise<string> {
      const { rows } = await client.query<{ server_version: string }>('show server_version')
      return (rows[0]?.server_version ?? '').split(' ')[0] ?? ''
    },

    /** Without these, neither arm would wait for the disk. */
    async assertDurable(): Promise<void> {
      for (const name of ['fsync', 'full_page_writes', 'synchronous_commit']) {
        const { rows } = await client.query<Record<string, string>>(`show ${name}`)
        assert.equal(rows[0]?.[name], 'on', name)
      }
    },

    /**
     * The days that are filled here are over, and the job that runs every five minutes would seal them in the middle of
     * a measurement. It passes by sensors whose lock another session has (server/src/readings/seal-store.ts).
     */
    async keepUnsealed(sensorIds: readonly number[]): Promise<void> {
      await client.query("select pg_advisory_lock(x'7365616c'::int, id) from unnest($1::int4[]) id", [sensorIds])
    },

    /** What the arm before left to be written is written, so that the next does not pay for it. */
    checkpoint: async (): Promise<void> => void (await client.query('checkpoint')),

    /** The fastest way in that PostgreSQL has: one binary COPY, one commit. */
    async copy(chunks: readonly Buffer[], into = 'reading', freeze = false): Promise<{ ms: number; stored: number }> {
      const rows = Readable.from(chunks, { objectMode: true })
      const started = performance.now()
      const copy = client.query(
        from(`copy ${into} (sensor_id, quality, at, value) from stdin (format binary, freeze ${freeze})`),
      )
      await pipeline(rows, copy)
      return { ms: performance.now() - started, stored: copy.rowCount }
    },

    /** @throws when the table does not hold exactly these readings in their span */
    async assertHolds(readings: Readings, expected: Checksum): Promise<void> {
      const { rows } = await client.query<Record<keyof Checksum, string>>(
        `select count(*), sum(sensor_id) as sensor_ids, sum(round(value * 10)::int8) as tenths,
                sum(extract(epoch from at)::int8) as seconds, sum(quality & 1) as suspect
         from reading where at >= $1 and at < $2`,
        span(readings),
      )
      const found = Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, sum]) => [name, Number(sum)]))
      assert.deepEqual(found, expected, 'the table does not hold what was sent')
    },

    /**
     * Count and hash of every reading, whatever their order; equal where every bit is.
     * @param relation with the columns of `reading`
     */
    async digest(relation: string, { fromMs, toMs }: { fromMs: number; toMs: number }) {
      const { rows } = await client.query<{ count: string; mixed: string; sum: string }>(
        `select count(*), bit_xor(hash) as mixed, sum(hash) as sum
         from (select hash_record_extended(row(sensor_id, at, value, quality), 0) as hash
               from ${relation} where at >= $1 and at < $2) one`,
        [new Date(fromMs), new Date(toMs)],
      )
      return rows[0]
    },

    /** The partition goes, so that the table does not grow from arm to arm. */
    async dropDay(dayFromMs: number): Promise<void> {
      const { rows } = await client.query<{ name: string }>(
        'select distinct tableoid::regclass::text as name from reading where at >= $1 and at < $2',
        [new Date(dayFromMs), new Date(dayFromMs + dayMs)],
      )
      for (const { name } of rows) await client.query(`drop table ${name}`)
    },

    close: () => client.end(),
  }
}
