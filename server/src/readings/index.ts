import type { IngestAnswer } from '@plenum/contract'
import type { Kysely } from 'kysely'
import {
  type App,
  type Cache,
  type Clock,
  createLastUses,
  type Database,
  type Log,
  type Metrics,
  type Storage,
  type SurestRead,
  type Tables,
} from '#platform'
import type { Registry } from '#registry'
import { createAdmission } from './admission.ts'
import { createBulkImport } from './bulk-import.ts'
import { createEngine } from './engine.ts'
import { createBulkLoad } from './bulk-load.ts'
import { importRoutes } from './import-routes.ts'
import { type Committed, createIngest } from './ingest.ts'
import { createQuotas } from './quota.ts'
import { createReplacements } from './replacements.ts'
import { replacementRoutes } from './replacement-routes.ts'
import { createLatest } from './latest.ts'
import { createLocalDays } from './local-days.ts'
import { retentionRoutes } from './retention-routes.ts'
import { readingRoutes } from './routes.ts'
import { createSensorDirectory } from './sensor-directory.ts'
import { createStore } from './store.ts'

export { counterStep } from './counter-steps.ts'
export type { Committed } from './ingest.ts'
export { holdMsOf, isOn } from './held-state.ts'
export { asLatest, type LatestReadings } from './latest.ts'
export type { Latest, LatestRow } from './latest-store.ts'
export { isGood, isLate } from './quality.ts'
export type { Expiry } from './retention.ts'
export { describePeriod } from './retention-plan.ts'
export type { KeptKind } from './retention-policy.ts'
export type { Counting, Good, ReadingChunk, Rollups, StoredReadings } from './stored-readings.ts'
export type Readings = ReturnType<typeof createReadings>

/** A gateway's "last seen" is exact to this. */
const seenEveryMs = 10_000
const dayMs = 86_400_000
const sealForMs = 4 * 60_000
const dropForMs = 10 * 60_000

/** Takes readings in and keeps them. */
export function createReadings(options: {
  database: Pick<Database, 'db' | 'execute' | 'copy'>
  storage: Storage
  /** For sealing and retention, so that they keep no request waiting. */
  jobs: Kysely<Tables>
  /** For questions about the past; may be a replica. */
  past: Kysely<Tables>
  registry: Registry
  clock: Clock
  log: Log
  metrics: Metrics
  cache: Cache
  read: SurestRead
  onCommitted(committed: Committed): void
}) {
  const { storage, jobs, past, clock, log, metrics } = options
  const { db } = options.database
  const store = createStore(options.database, { storage })
  const daysOf = createLocalDays(db)
  const onSealed = store.daysSealed
  const engine = createEngine(storage, { db, jobs, past, daysOf, clock, log, metrics, onSealed })
  const { retention } = engine
  const directory = createSensorDirectory(options.registry.remembered)
  const admission = createAdmission()
  const quotas = createQuotas()

  const counted = metrics.counter('plenum_readings_total', 'Readings received, by what became of them', ['outcome'])
  metrics.gauge('plenum_ingest_bytes_held', 'Bytes of request bodies waiting to be stored', admission.held)
  const intake = {
    store,
    directory,
    clock,
    onCommitted: options.onCommitted,
    onCounted(answer: IngestAnswer, suspect: number) {
      counted.inc({ outcome: 'stored' }, answer.stored)
      counted.inc({ outcome: 'duplicate' }, answer.duplicates)
      counted.inc({ outcome: 'rejected' }, answer.rejected)
      counted.inc({ outcome: 'suspect' }, suspect)
    },
  }
  const ingest = createIngest(intake)
  const bulkImport = createBulkImport({ ...intake, load: createBulkLoad(db, engine.loadDays, onSealed), daysOf })

  const write = options.registry.noteGatewaysSeen
  const gatewaysSeen = createLastUses({ everyMs: seenEveryMs, write, what: 'gateways', log })
  const seen = gatewaysSeen.note

  return {
    routes(app: App): void {
      readingRoutes(app, { ingest, admission, quotas, seen })
      importRoutes(app, { bulkImport, admission, quotas, seen })
      retentionRoutes(app, retention)
      replacementRoutes(app, createReplacements({ db, clock }))
    },
    latest: createLatest(options.cache, options.read),
    /** When gateways were last seen, as far as it is not yet written. */
    flushLastSeen: gatewaysSeen.flush,
    removeSensor: store.removeSensor,
    /** What is stored, in whatever form. */
    stored: engine.stored,
    sealClosedDays: engine.sealClosedDays,
    /** The job: as long as one run may take, so that the next begins with what is oldest then. */
    seal: (): Promise<void> => engine.sealClosedDays(sealForMs),
    retention,
    backlog: engine.backlog,
    sizes: engine.sizes,
    dropExpired: async (): Promise<void> => void (await retention.dropExpired({ forMs: dropForMs })),

    /** Partitions of today and the next days, so that no request has to wait for one. */
    makePartitionsAhead: async (days = 3): Promise<void> => {
      const nowMs = clock.now()
      await store.makeRoom(
        Array.from({ length: days + 1 }, (_, day) => nowMs + day * dayMs),
        nowMs,
      )
    },
  }
}
