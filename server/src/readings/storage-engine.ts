import type { Kysely } from 'kysely'
import type { Tables } from '#platform'
import type { Batch } from './batch.ts'
import type { LoadDays } from './bulk-load.ts'
import type { Retention } from './retention.ts'
import type { SealingBacklog } from './sealing-backlog.ts'
import type { StorageSizes } from './seal-store.ts'
import type { StoredReadings } from './stored-readings.ts'

/** What those who write readings need of an engine. */
export interface Arrivals {
  /** After this, every instant has a place to be written to. */
  makeRoom(instantsMs: Iterable<number>, nowMs: number): Promise<void>
  /** What is remembered of such places may be wrong. */
  forgetRoom(): void
  /** What of a batch is to be written: all but late readings that are there already. */
  withoutKnown(batch: Batch, nowMs: number): Promise<Batch>
  /** Days became small in this process. */
  daysSealed(): void
  removeSensor(tx: Kysely<Tables>, sensorId: number): Promise<void>
}

/** What else differs between engines; whoever asks sees no difference. */
export interface StorageEngine {
  stored: StoredReadings
  /** Upkeep: closed days become small. @param forMs stops after that long; what is left is for the next time */
  sealClosedDays(forMs?: number): Promise<void>
  retention: Retention
  /** What waits for the upkeep, counted up to `most`; null: it is not counted in days of sensors. */
  backlog(db: Kysely<Tables>, most: number): Promise<SealingBacklog | null>
  sizes(db: Kysely<Tables>): Promise<StorageSizes>
  /** How readings of closed days are stored in bulk. */
  loadDays: LoadDays
}
