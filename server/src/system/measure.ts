import type { Kysely } from 'kysely'
import type { Clock, Log, Tables } from '#platform'
import type { Readings } from '#readings'
import { databaseStore } from './database-store.ts'
import { jobStore } from './job-store.ts'
import { sampleStore } from './sample-store.ts'

/** What is measured of the installation once a minute. */
export interface Measured {
  jobs: { waiting: number; failed: number } | null
  sealing: { sensorDays: number; isMore: boolean; oldestEndMs: number | null } | null
  databaseBytes: number | null
  hotBytes: number | null
  segmentBytes: number | null
  walBytes: number | null
}

/** Days of sensors that are counted; beyond that it only matters that there are more. */
const mostSensorDays = 10_000
/** Counting them may take this share of the time, so that a million sensors are not probed every minute. */
const countingShare = 0.01

export interface MeasureContext {
  db: Kysely<Tables>
  readings: Pick<Readings, 'backlog' | 'sizes'>
  clock: Clock
  log: Log
}

/** Measures what costs more than a look: by one process a minute. */
export function createMeasure({ db, readings, clock, log }: MeasureContext) {
  let backlog: Measured['sealing'] = null
  let backlogDueMs = 0

  /** What can't be measured now is missing; the rest is not. */
  const orNull = async <T>(what: string, read: Promise<T>): Promise<T | null> => {
    try {
      return await read
    } catch (error) {
      log.info({ err: error, what }, 'not measured this minute')
      return null
    }
  }
  const countBacklog = async (): Promise<Measured['sealing']> => {
    if (clock.now() < backlogDueMs) return backlog
    const startedMs = performance.now()
    backlog = await orNull('sealing', readings.backlog(db, mostSensorDays))
    backlogDueMs = clock.now() + (performance.now() - startedMs) / countingShare
    return backlog
  }

  return async (minuteMs: number): Promise<void> => {
    if (!(await sampleStore.claim(db, minuteMs))) return
    const sizes = await orNull('sizes', readings.sizes(db))
    const figures: Measured = {
      jobs: await orNull('jobs', jobStore.count(db)),
      sealing: await countBacklog(),
      databaseBytes: await orNull('database', databaseStore.size(db)),
      hotBytes: sizes?.hotBytes ?? null,
      segmentBytes: sizes?.segmentBytes ?? null,
      walBytes: await orNull('wal', databaseStore.walSize(db)),
    }
    await sampleStore.setMeasured(db, { atMs: minuteMs, figures })
  }
}
