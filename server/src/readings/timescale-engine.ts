import type { Kysely } from 'kysely'
import type { Tables } from '#platform'
import { createCompressedDuplicates } from './compressed-duplicates.ts'
import type { EngineContext } from './engine-context.ts'
import { loadRows } from './row-load.ts'
import { sealStore } from './seal-store.ts'
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
  const duplicates = createCompressedDuplicates(db)
  return {
    /** The extension makes chunks as rows come. */
    makeRoom: async () => {},
    forgetRoom: () => {},
    withoutKnown: duplicates.without,
    daysSealed: duplicates.forget,
    async removeSensor(tx, sensorId) {
      // Else a day that expires just now would come back.
      await sealStore.lock(tx, [sensorId])
      await timescaleStore.removeSensor(tx, sensorId)
    },
  }
}

export function createTimescaleEngine(context: EngineContext): StorageEngine {
  const { jobs, past, daysOf, clock, log, metrics, onSealed } = context
  return {
    stored: createStored(past, createTimescaleDays(past, daysOf)),
    sealClosedDays: createTimescaleUpkeep({ db: jobs, clock, log, onCompressed: onSealed }),
    retention: createTimescaleRetention({ db: jobs, daysOf, clock, log, metrics }),
    backlog: async () => null,
    sizes: timescaleStore.sizes,
    loadDays: loadRows,
  }
}
