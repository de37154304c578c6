import type { InstanceFigures, InstanceRole } from '@plenum/contract'
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Kysely } from 'kysely'
import type { App, Bus, Clock, JobEnd, Log, Metrics, PoolCounts, Redis, Tables } from '#platform'
import type { Readings } from '#readings'
import { createHistory } from './history.ts'
import { jobStore } from './job-store.ts'
import { createMeasure } from './measure.ts'
import { createPresence } from './presence.ts'
import { createProcessFigures } from './process-figures.ts'
import { systemRoutes } from './routes.ts'
import { between, type Counts, peaks, readCounts } from './sample.ts'
import { sampleStore } from './sample-store.ts'
import { createState, type Schedule } from './state.ts'
import { toldError } from './told-error.ts'

export type System = ReturnType<typeof createSystem>

const renewEveryMs = 10_000
const minuteMs = 60_000
const longestMs = 2_147_483_647

export interface SystemContext {
  /** Of its own: the page is looked at when other pools are exhausted. */
  db: Kysely<Tables>
  replica: Kysely<Tables> | null
  redis: Redis | null
  bus: Pick<Bus, 'state'>
  readings: Pick<Readings, 'backlog' | 'sizes'>
  metrics: Metrics
  poolCounts(): Record<string, PoolCounts>
  clock: Clock
  log: Log
  role: InstanceRole
  version: string
  address: string
  /** Where the embedded database keeps its files; null: the database is elsewhere. */
  dataDir: string | null
}

/** How the installation runs: which processes there are, what they do, and what they did in the last hours. */
export function createSystem(context: SystemContext) {
  const { db, metrics, clock, log, role, version, address } = context
  const id = randomUUID()
  const self = { id, role, version, address, host: hostname(), nodeVersion: process.versions.node }
  const presence = createPresence({ db, clock, log, self })
  const figures = createProcessFigures(context)
  const measure = createMeasure(context)
  let schedules: readonly Schedule[] = []
  const state = createState({ ...context, ownId: id, schedules: () => schedules })
  const history = createHistory({ db, clock })

  let looks: InstanceFigures[] = []
  let counted: Counts | null = null
  let minute = Math.floor(clock.now() / minuteMs)

  /** What was done since the sample before, once a minute has passed. */
  const sample = async (): Promise<void> => {
    const now = Math.floor(clock.now() / minuteMs)
    if (now === minute && counted !== null) return
    const before = counted
    const taken = looks
    minute = now
    looks = []
    counted = await readCounts(metrics)
    if (before === null) return
    try {
      const done = { ...between(before, counted), ...peaks(taken) }
      // Nearly all of it was done in the minute that has just ended.
      await sampleStore.add(db, { atMs: (now - 1) * minuteMs, instanceId: id, figures: done })
      await measure((now - 1) * minuteMs)
    } catch (error) {
      log.info({ err: error }, 'a minute of the system page is missing')
    }
  }
  const beatOnce = async (): Promise<void> => {
    const look = await figures.read()
    looks.push(look)
    await presence.renew(look)
    await sample()
  }
  let beating: Promise<void> | null = null
  /** One at a time: where the database is slow, the next beat is left out. */
  const beat = (): Promise<void> =>
    (beating ??= beatOnce().finally(() => {
      beating = null
    }))
  let timer: NodeJS.Timeout | undefined
  let isStarted = false

  return {
    routes: (app: App): void => systemRoutes(app, { state, history }),

    /** From now on others see this process. @param all jobs that run by the clock, wherever they do */
    async start(all: readonly Schedule[]): Promise<void> {
      schedules = all
      isStarted = true
      figures.start()
      await beat()
      timer = setInterval(() => void beat(), renewEveryMs)
      timer.unref()
    },

    /** Renews what others see, and samples once a minute, as the timer does; for tests, which hold the clock. */
    beat,

    async stop(): Promise<void> {
      clearInterval(timer)
      figures.stop()
      await beating
      await presence.end()
    },

    isStarted: (): boolean => isStarted,
    /** Whether no other process answers HTTP on this database; may be ten seconds old, and false where it is not known. */
    isAlone: presence.isAlone,

    /** A job has ended, here. Never throws. */
    jobEnded: ({ task, tookMs, error }: JobEnd): void => {
      const end = {
        task,
        tookMs: Math.min(Math.round(tookMs), longestMs),
        error: error === null ? null : toldError(error),
      }
      jobStore
        .noteEnd(db, end)
        .catch((cause: unknown) => log.info({ err: cause, task }, 'the end of a job is not noted'))
    },

    dropExpired: (): Promise<void> => sampleStore.dropExpired(db, clock.now()),
  }
}
