import type { Kysely } from 'kysely'
import type { Clock, Log, Metrics, Tables } from '#platform'
import type { Batch } from './batch.ts'
import type { DaysOf } from './local-days.ts'

export interface EngineContext {
  db: Kysely<Tables>
  daysOf: DaysOf
  clock: Clock
  log: Log
  metrics: Metrics
  /** Stores readings the ordinary way. */
  add(batch: Batch, nowMs: number): Promise<unknown>
}
