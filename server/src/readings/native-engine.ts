import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'
import { loadSegments } from './bulk-load.ts'
import type { EngineContext } from './engine-context.ts'
import { createPartitions } from './partitions.ts'
import { createRetention } from './retention.ts'
import { countSealingBacklog } from './sealing-backlog.ts'
import { createSealing } from './seal.ts'
import { sealStore } from './seal-store.ts'
import { createSealedDuplicates } from './sealed-duplicates.ts'
import { createReadDays } from './rollups.ts'
import type { Arrivals, StorageEngine } from './storage-engine.ts'
import { createStored } from './stored.ts'

const sealBeforeDropMs = 60_000

/** Rows while they are hot, then a row a day: plain PostgreSQL. */
export function nativeArrivals(db: Kysely<Tables>): Arrivals {
  const partitions = createPartitions(db)
  const sealedDuplicates = createSealedDuplicates(db)
  return {
    makeRoom: partitions.ensure,
    forgetRoom: partitions.forget,
    withoutKnown: sealedDuplicates.without,
    daysSealed: sealedDuplicates.forget,
    async removeSensor(tx, sensorId) {
      // Else a day that is being sealed just now would come back.
      await sealStore.lock(tx, [sensorId])
      await tx.deleteFrom('reading').where('sensor_id', '=', sensorId).execute()
      await sql`delete from segment where sensor_id = ${sensorId}`.execute(tx)
    },
  }
}

export function createNativeEngine(context: EngineContext): StorageEngine {
  const { past, daysOf, clock, log, metrics, onSealed } = context
  const jobs = { db: context.jobs, clock, log, metrics }
  const sealing = createSealing({ ...jobs, daysOf, onSealed })
  return {
    stored: createStored(past, createReadDays(past, daysOf)),
    sealClosedDays: async (forMs) => void (await sealing.sealClosedDays(forMs)),
    retention: createRetention({ ...jobs, seal: () => sealing.sealClosedDays(sealBeforeDropMs) }),
    backlog: (db, most) => countSealingBacklog(db, { daysOf, clock, most }),
    sizes: sealStore.sizes,
    loadDays: loadSegments,
  }
}
