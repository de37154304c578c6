import { staleAfterIntervals } from '@plenum/contract'
import type { Cache, Offer, Read, SurestRead } from '#platform'
import type { Batch } from './batch.ts'
import { type Latest, type LatestRow, readLatest } from './latest-store.ts'
import { suspectBit } from './quality.ts'

export type LatestReadings = ReturnType<typeof createLatest>

const leastLifeMs = 60_000
/** A sensor that reports in time renews what is remembered of it before it is forgotten. */
const lifeMsOf = (intervalS: number): number => Math.max(leastLifeMs, staleAfterIntervals * intervalS * 1_000)

/** What a statement read, as it is remembered. */
export const asLatest = ({
  found,
  mayLag,
}: {
  found: ReadonlyMap<number, LatestRow>
  mayLag: boolean
}): Read<Latest> => ({
  found: new Map([...found].map(([id, { at, value, quality }]) => [id, { at, value, quality }])),
  mayLag,
  lifeMsOf: (id) => lifeMsOf(found.get(id)?.intervalS ?? 0),
})

/**
 * The newest reading of every sensor, by the time of reading: remembered, and kept right by whoever writes. What is
 * remembered changes only by readings known to be new; what may have been replaced, repeated or late is read again
 * where it could be the newest.
 */
export function createLatest(cache: Cache, read: SurestRead) {
  const kind = cache.kind<Latest>('sensor:latest', {
    max: 500_000,
    lifeMs: leastLifeMs,
    load: async (ids) => asLatest(await read((db) => readLatest(db, ids))),
    order: {
      atOf: ({ at }) => at ?? Number.NEGATIVE_INFINITY,
      isSame: (a, b) => a.value === b.value && a.quality === b.quality,
    },
  })

  return {
    kind,
    /**
     * Of a batch that is committed, in all layers.
     * @param isNew whether each of its readings was stored under an identity that was free
     * @returns whether what somebody sees may be another now, and what others must be told
     */
    tell(batch: Batch, isNew: boolean): { mayShow: boolean; offers: Offer<Latest>[] } {
      const offers = offersOf(batch, isNew)
      return { mayShow: kind.offer(offers), offers }
    },
  }
}

/** The newest of each sensor in a batch; of several of one instant the last, as it is stored. Pure. */
export function offersOf({ sensorIds, atMs, values, qualities }: Batch, isNew: boolean): Offer<Latest>[] {
  const offers = new Map<number, Offer<Latest>>()
  for (let i = 0; i < sensorIds.length; i++) {
    const [id, at] = [sensorIds[i] as number, atMs[i] as number]
    const before = offers.get(id)
    if (before !== undefined && before.at > at) continue
    const value = { at, value: values[i] as number, quality: (qualities[i] as number) & suspectBit }
    offers.set(id, { id, at, value, isNew })
  }
  return [...offers.values()]
}
