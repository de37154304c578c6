import type { Kysely } from 'kysely'
import type { Tables } from '#platform'
import type { Batch } from './batch.ts'
import { sealedRanges, withoutThose } from './sealed-duplicates.ts'
import { readParts } from './segment-store.ts'
import { timescaleStore } from './timescale-store.ts'

/** Where compressed chunks end is remembered that long; what is compressed since costs an upsert more, nothing else. */
const rememberMs = 60_000

/**
 * Knows which late readings stand in compressed chunks already. An upsert unpacks every batch that it meets, a thousand
 * readings each, whether it then changes any or not: an import that is repeated would unpack them all.
 */
export function createCompressedDuplicates(db: Kysely<Tables>) {
  let end: Promise<number> | undefined
  let asOfMs = Number.NEGATIVE_INFINITY

  const compressedEnd = (nowMs: number): Promise<number> => {
    if (end !== undefined && nowMs >= asOfMs && nowMs - asOfMs < rememberMs) return end
    asOfMs = nowMs
    const asked = timescaleStore.compressedEndMs(db)
    end = asked
    asked.catch(() => (end = undefined))
    return asked
  }

  return {
    /** Costs nothing for readings of the current weeks. */
    async without(batch: Batch, nowMs: number): Promise<Batch> {
      const endMs = await compressedEnd(nowMs)
      if (!batch.atMs.some((ms) => ms < endMs)) return batch
      const known = new Map<number, Map<number, number>>()
      for (const range of sealedRanges(batch, new Map(batch.sensorIds.map((id) => [id, endMs])))) {
        for (const [id, { hot }] of await readParts(db, range)) {
          const values = known.get(id) ?? new Map<number, number>()
          hot.atMs.forEach((atMs, i) => values.set(atMs, hot.values[i] as number))
          known.set(id, values)
        }
      }
      return withoutThose(batch, known)
    },

    /** Chunks were compressed. */
    forget(): void {
      end = undefined
    },
  }
}
