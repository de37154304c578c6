import type { Kysely } from 'kysely'
import type { Clock, Tables } from '#platform'
import { closedDays } from './closed-days.ts'
import type { DaysOf } from './local-days.ts'
import { sealStore } from './seal-store.ts'

/** What is closed and not sealed yet. */
export interface SealingBacklog {
  sensorDays: number
  /** There are more than were counted. */
  isMore: boolean
  /** End of the oldest such day. */
  oldestEndMs: number | null
}

/**
 * Counts days of sensors that wait to be sealed: a probe of the primary key a sensor and closed day that is still in
 * hot partitions, of which there are two or three. Stops at `most`.
 */
export const countSealingBacklog = async (
  db: Kysely<Tables>,
  { daysOf, clock, most }: { daysOf: DaysOf; clock: Clock; most: number },
): Promise<SealingBacklog> => {
  const backlog: SealingBacklog = { sensorDays: 0, isMore: false, oldestEndMs: null }
  for (const day of await closedDays(db, daysOf, clock.now())) {
    const left = most - backlog.sensorDays
    const found = await sealStore.countUnsealed(db, { ...day, most: left + 1 })
    if (found > 0) backlog.oldestEndMs ??= day.toMs
    backlog.sensorDays += Math.min(found, left)
    backlog.isMore = found > left
    if (backlog.isMore) break
  }
  return backlog
}
