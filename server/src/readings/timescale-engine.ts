import type { Kysely } from 'kysely'
import type { Tables } from '#platform'
import type { EngineContext } from './engine-context.ts'
import { createRowLoad } from './row-load.ts'
import { sealStore } from './seal-store.ts'
import { withoutDuplicates } from './sealed-duplicates.ts'
import { readParts } from './segment-store.ts'
import type { Arrivals, StorageEngine } from './storage-engine.ts'
import { createStored } from './stored.ts'
import { createTimescaleDays } from './timescale-days.ts'
import { createTimescaleRetention } from './timescale-retention.ts'
import { timescaleStore } from './timescale-store.ts'
import { createTimescaleUpkeep } from './timescale-upkeep.ts'

/**
 * TimescaleDB: a hypertable that it compresses, and a continuous aggregate for the figures. Segments hold only what
 * retention leaves of a day (docs/adr/0008-timescale-engine.md).
 */
export function timescaleArrivals(db: Kysely<Tables>): Arrivals {
  return {
    /** The extension makes chunks as rows come. */
    makeRoom: async () => {},
    forgetRoom: () => {},
    // An upsert unpacks the batches that it meets, a thousand readings each, and an import that is repeated all of them.
    withoutKnown: (batch, nowMs) =>
      withoutDuplicates(batch, nowMs, async (range) => {
        const known = new Map<number, Map<number, number>>()
        for (const [id, { hot }] of await readParts(db, range))
          known.set(id, new Map(Array.from(hot.atMs, (atMs, i) => [atMs, hot.values[i] as number])))
        return known
      }),
    async removeSensor(tx, sensorId) {
      // Else a day that expires just now would come back.
      await sealStore.lock(tx, [sensorId])
      await timescaleStore.removeSensor(tx, sensorId)
    },
  }
}

export function createTimescaleEngine(context: EngineContext): StorageEngine {
  const { db, jobs, past, daysOf, clock, log, add } = context
  return {
    stored: createStored(past, createTimescaleDays(past, daysOf)),
    sealClosedDays: createTimescaleUpkeep({ db: jobs, clock, log }),
    retention: createTimescaleRetention({ db: jobs, daysOf, clock, log }),
    loadClosedDays: createRowLoad({ db, clock, add }),
  }
}
