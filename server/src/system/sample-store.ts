import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'
import type { Measured } from './measure.ts'
import type { Sample } from './sample.ts'

const keep = sql`interval '48 hours'`

export interface SampleRow {
  atMs: number
  instanceId: string
  figures: Sample
}

export interface MeasuredRow {
  atMs: number
  figures: Measured
}

/** Between its claim and its figures a minute of the installation has none. */
const claimed = sql`'{}'::jsonb`
const atMs = sql`(extract(epoch from at) * 1000)::float8`

/** The SQL of the last hours. */
export const sampleStore = {
  /** A minute that is there already stays as it is. */
  async add(db: Kysely<Tables>, { atMs: ms, instanceId, figures }: SampleRow): Promise<void> {
    await sql`insert into system_sample (at, instance_id, figures)
      values (${new Date(ms)}, ${instanceId}, ${JSON.stringify(figures)}) on conflict do nothing`.execute(db)
  },

  /** Of all processes the first one that asks measures the installation in a minute. */
  async claim(db: Kysely<Tables>, ms: number): Promise<boolean> {
    const { rows } = await sql`insert into system_sample (at, instance_id, figures)
      values (${new Date(ms)}, null, ${claimed}) on conflict do nothing returning at`.execute(db)
    return rows.length > 0
  },

  async setMeasured(db: Kysely<Tables>, { atMs: ms, figures }: MeasuredRow): Promise<void> {
    await sql`update system_sample set figures = ${JSON.stringify(figures)}
      where at = ${new Date(ms)} and instance_id is null`.execute(db)
  },

  async newestMeasured(db: Kysely<Tables>): Promise<MeasuredRow | undefined> {
    const { rows } = await sql<MeasuredRow>`
      select ${atMs} as "atMs", figures from system_sample
      where instance_id is null and figures <> ${claimed} order by at desc limit 1`.execute(db)
    return rows[0]
  },

  /** Half-open, in order of time. */
  async list(
    db: Kysely<Tables>,
    { fromMs, toMs }: { fromMs: number; toMs: number },
  ): Promise<(SampleRow | (MeasuredRow & { instanceId: null }))[]> {
    const { rows } = await sql<SampleRow | (MeasuredRow & { instanceId: null })>`
      select ${atMs} as "atMs", instance_id as "instanceId", figures from system_sample
      where at >= ${new Date(fromMs)} and at < ${new Date(toMs)} and figures <> ${claimed} order by at`.execute(db)
    return rows
  },

  /** @param nowMs of the clock that samples are taken by */
  async dropExpired(db: Kysely<Tables>, nowMs: number): Promise<void> {
    await sql`delete from system_sample where at < ${new Date(nowMs)}::timestamptz - ${keep}`.execute(db)
  },
}
