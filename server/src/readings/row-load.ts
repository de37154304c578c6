import { CompiledQuery } from 'kysely'
import { type Batch, emptyBatch } from './batch.ts'
import { arraysOf } from './binary-array.ts'
import type { LoadDays } from './bulk-load.ts'
import { insertOrReplace } from './reading-statements.ts'
import type { Columns } from './rollup.ts'
import type { SegmentRow } from './segment-row.ts'
import { readParts } from './segment-store.ts'

/**
 * Bulk load where readings of closed days are rows like any other. What is stored of a day is read first, so that only
 * what differs is written: an upsert unpacks every compressed batch that it meets, whether it then changes any or not.
 */
export const loadRows: LoadDays = async (tx, days) => {
  const outcomes = days.map(() => ({ changed: 0, expired: 0 }))
  // Ingest may write the same rows: in the order of the primary key, as it does.
  const ordered = [...days.entries()].sort(([, a], [, b]) => a.sensorId - b.sensorId || a.fromMs - b.fromMs)
  for (const [i, { sensorId, fromMs, toMs, added }] of ordered) {
    const stored = (await readParts(tx, { sensorIds: [sensorId], fromMs, toMs })).get(sensorId)
    const known = new Map<number, number>()
    stored?.hot.atMs.forEach((atMs, at) => known.set(atMs, stored.hot.values[at] as number))
    const outcome = outcomes[i] as (typeof outcomes)[number]
    for (const layer of [added.first, ...(added.last ? [added.last] : [])]) {
      const news = newsOf(sensorId, layer, known, stored?.segments ?? [])
      if (layer === added.first) outcome.expired = news.expired
      if (news.batch.sensorIds.length === 0) continue
      const { numAffectedRows } = await tx.executeQuery(CompiledQuery.raw(insertOrReplace, arraysOf([news.batch])))
      outcome.changed += Number(numAffectedRows)
    }
  }
  return outcomes
}

/** What of a layer is new or another, and outside of days that expired. @param known values by instant, kept up to date */
function newsOf(
  sensorId: number,
  { atMs, values, qualities }: Columns,
  known: Map<number, number>,
  segments: readonly SegmentRow[],
): { batch: Batch; expired: number } {
  const batch = emptyBatch()
  let expired = 0
  for (let i = 0; i < atMs.length; i++) {
    const [at, value] = [atMs[i] as number, values[i] as number]
    if (segments.some((left) => left.step_ms === null && at >= left.from_ms && at < left.to_ms)) expired++
    else if (known.get(at) !== value) {
      known.set(at, value)
      batch.sensorIds.push(sensorId)
      batch.atMs.push(at)
      batch.values.push(value)
      batch.qualities.push(qualities[i] as number)
    }
  }
  return { batch, expired }
}
