import type { Kysely } from 'kysely'
import type { Tables } from '#platform'
import { type Batch, emptyBatch } from './batch.ts'
import { firstAt } from './columns.ts'
import { decodeReadings } from './segment-codec.ts'
import { type PartsQuery, readParts, type StoredParts } from './segment-store.ts'

/** No day is sealed sooner than this after its end: what is younger is not looked up. */
const youngestSealedMs = 2 * 3_600_000
/** Late readings that far apart are looked up as ranges of their own. */
const longGapMs = 2 * 86_400_000

/** Values by instant. */
type Known = Map<number, number>

/**
 * What of a batch is to be written as hot rows: all but readings that stand in a segment with the same value and have
 * not been changed since. Those add nothing. Costs nothing for readings that are on time.
 */
export const withoutSealedDuplicates = (db: Kysely<Tables>, batch: Batch, nowMs: number): Promise<Batch> =>
  withoutDuplicates(batch, nowMs, async (range) => {
    const sealed = new Map<number, Known>()
    for (const [id, parts] of await readParts(db, range)) sealed.set(id, sealedValues(parts))
    return sealed
  })

/** All of a batch but late readings whose value is known. @param read what is known in a range, by sensor */
export async function withoutDuplicates(
  batch: Batch,
  nowMs: number,
  read: (range: PartsQuery) => Promise<Map<number, Known>>,
): Promise<Batch> {
  const ranges = lateRanges(batch, nowMs - youngestSealedMs)
  if (ranges.length === 0) return batch
  const sealed = new Map<number, Known>()
  for (const range of ranges) {
    for (const [id, known] of await read(range)) {
      const before = sealed.get(id)
      if (before) for (const [atMs, value] of known) before.set(atMs, value)
      else sealed.set(id, known)
    }
  }
  if ([...sealed.values()].every(({ size }) => size === 0)) return batch
  const kept = emptyBatch()
  for (let i = 0; i < batch.sensorIds.length; i++) {
    const [id, atMs, value] = [batch.sensorIds[i] as number, batch.atMs[i] as number, batch.values[i] as number]
    const known = sealed.get(id)
    if (known?.get(atMs) === value) continue
    // From here on the batch itself holds the newer value of this instant.
    known?.delete(atMs)
    kept.sensorIds.push(id)
    kept.atMs.push(atMs)
    kept.values.push(value)
    kept.qualities.push(batch.qualities[i] as number)
  }
  return kept
}

/** As long as nothing newer is known. */
function sealedValues({ segments, hot }: StoredParts): Known {
  const known: Known = new Map()
  for (const segment of segments) {
    const { atMs, values } = decodeReadings(segment)
    for (let i = 0; i < atMs.length; i++) known.set(atMs[i] as number, values[i] as number)
  }
  // A hot row over a sealed reading has replaced it; the statement that writes compares with it.
  for (const atMs of hot.atMs) known.delete(atMs)
  return known
}

/** Spans that hold every reading before an instant, each with the sensors that have some in it. Pure. */
function lateRanges({ sensorIds, atMs }: Batch, beforeMs: number) {
  const late: Float64Array = Float64Array.from(atMs.filter((ms) => ms < beforeMs)).sort()
  const ranges: { sensorIds: number[]; fromMs: number; toMs: number }[] = []
  for (let from = 0; from < late.length; ) {
    let to = from + 1
    while (to < late.length && (late[to] as number) - (late[to - 1] as number) < longGapMs) to++
    const [fromMs, toMs] = [late[from] as number, (late[to - 1] as number) + 1]
    const ids = new Set(sensorIds.filter((_, i) => (atMs[i] as number) >= fromMs && (atMs[i] as number) < toMs))
    ranges.push({ sensorIds: [...ids], fromMs, toMs })
    from = firstAt(late, toMs)
  }
  return ranges
}
