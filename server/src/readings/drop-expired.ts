import type { RetentionStage } from '@plenum/contract'
import type { Kysely } from 'kysely'
import type { Clock, Log, Metrics, Tables } from '#platform'
import { stages } from './retention-plan.ts'
import type { RetentionPolicy } from './retention-policy.ts'
import { retentionStore } from './retention-store.ts'

export interface DropOptions {
  /** Stops after that long; what is left is for the next time. */
  forMs?: number
  signal?: AbortSignal
  /** After each step, with all that was dropped so far. */
  onStep?(dropped: Dropped): void
}

/** Days of one sensor each. */
export interface Dropped {
  days: number
  readings: number
  /** False where it was stopped before all was looked at. */
  finished: boolean
}

/** Sensors that are looked through in one statement: 12 ms where nothing is due. */
const sensorsPerPage = 1_000
/** Sensor-days of one statement: 30 ms of the database, up to two seconds where their pages come from disk. */
const daysPerStep = 2_000

/**
 * Drops what is older than its kind is kept: readings first, the figures of hours and days much later. A sensor is kept
 * by the kind that it has now, disabled or not. Only sealed days go; what arrives for a day whose readings went is
 * dropped when that day is sealed. Any number of workers may do so at once.
 */
export function createDropExpired(context: {
  db: Kysely<Tables>
  clock: Clock
  log: Log
  metrics: Metrics
  policy: Pick<RetentionPolicy, 'cutOffs'>
  seal(): Promise<unknown>
}) {
  const { db, clock, log, metrics, policy, seal } = context
  const dropped = {
    days: metrics.counter('plenum_dropped_days_total', 'Sensor-days whose readings or figures were too old', ['stage']),
    readings: metrics.counter('plenum_dropped_readings_total', 'Readings that were too old', ['stage']),
  }

  return async ({ forMs = Number.POSITIVE_INFINITY, signal, onStep }: DropOptions = {}): Promise<Dropped> => {
    await seal()
    const startedMs = performance.now()
    const stopped = () => signal?.aborted === true || performance.now() - startedMs > forMs
    const total: Dropped = { days: 0, readings: 0, finished: false }

    /** @returns whether there may be more */
    const step = async (stage: RetentionStage, sensorIds: readonly number[]): Promise<boolean> => {
      // Asked each time: whoever has just made a period longer again need not wait for a run to end.
      const cutOffs = await policy.cutOffs()
      const gone = await retentionStore.drop(db, cutOffs, stage, { sensorIds, limit: daysPerStep, nowMs: clock.now() })
      const days = gone.reduce((sum, one) => sum + one.days, 0)
      const readings = gone.reduce((sum, one) => sum + one.readings, 0)
      total.days += days
      total.readings += readings
      dropped.days.inc({ stage }, days)
      dropped.readings.inc({ stage }, readings)
      if (days > 0) onStep?.(total)
      return days === daysPerStep
    }

    for (let after: number | null = 0; after !== null && !stopped(); ) {
      const page = await retentionStore.nextDue(db, await policy.cutOffs(), {
        after,
        limit: sensorsPerPage,
        alsoHeld: false,
      })
      for (const stage of stages) {
        if (page[stage].length === 0) continue
        while (!stopped() && (await step(stage, page[stage])));
      }
      after = page.last
      total.finished = after === null
    }
    if (total.days > 0) log.info({ ...total }, 'dropped what was older than it is kept')
    return total
  }
}
