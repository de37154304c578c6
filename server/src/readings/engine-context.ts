import type { Kysely } from 'kysely'
import type { Clock, Log, Metrics, Tables } from '#platform'
import type { DaysOf } from './local-days.ts'

export interface EngineContext {
  db: Kysely<Tables>
  /** For upkeep and retention, so that they keep no request waiting. */
  jobs: Kysely<Tables>
  /** For questions about the past; may be a replica. */
  past: Kysely<Tables>
  daysOf: DaysOf
  clock: Clock
  log: Log
  metrics: Metrics
  /** Told when days have become small. */
  onSealed(): void
}
