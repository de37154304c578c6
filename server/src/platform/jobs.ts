import { Logger as WorkerLogger, parseCronItem, run, runMigrations, type TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Log } from './log.ts'

const minuteMs = 60_000
const weekMinutes = 7 * 24 * 60

export interface Jobs {
  /** Lets running jobs end. */
  stop(): Promise<void>
}

/** How a job ended. */
export interface JobEnd {
  task: string
  tookMs: number
  /** null: it went well. */
  error: unknown
}

/** Work that runs by the clock: `schedule` is crontab notation in UTC. */
export interface ScheduledJob {
  name: string
  schedule: string
  run(): Promise<void>
}

/**
 * Runs jobs of the graphile-worker queue in this process. They live in PostgreSQL, so of several workers each job runs
 * on one, and none is lost with a process.
 */
export async function startJobs(options: {
  pool: pg.Pool
  log: Log
  scheduled: readonly ScheduledJob[]
  onEnded(end: JobEnd): void
}): Promise<Jobs> {
  const { pool, log, scheduled, onEnded } = options
  const logger = new WorkerLogger(() => (level, message, meta) => {
    const write = level === 'error' ? log.error : level === 'warning' ? log.warn : log.debug
    write.call(log, { worker: meta?.['workerId'] }, message)
  })
  const taskList: TaskList = Object.fromEntries(scheduled.map((job) => [job.name, job.run]))
  const runner = await run({
    pgPool: pool,
    concurrency: 4,
    noHandleSignals: true,
    logger,
    taskList,
    crontab: scheduled.map((job) => `${job.schedule} ${job.name}`).join('\n'),
  })
  const startedMs = new Map<string, number>()
  runner.events.on('job:start', ({ job }) => void startedMs.set(job.id, performance.now()))
  runner.events.on('job:complete', ({ job, error }) => {
    const endedMs = performance.now()
    onEnded({ task: job.task_identifier, tookMs: endedMs - (startedMs.get(job.id) ?? endedMs), error: error ?? null })
    startedMs.delete(job.id)
  })
  // Ends with `stop`; ended by itself, jobs would silently no longer run.
  runner.promise.catch((error: unknown) => log.error({ err: error }, 'the job runner ended'))
  return { stop: () => runner.stop() }
}

/** The queue's own tables; part of migrating, so that two instances need not race for it. */
export const migrateJobs = (pool: pg.Pool): Promise<void> => runMigrations({ pgPool: pool })

/**
 * The last minute that a schedule names, by an instant; null: it names none of the week before.
 * @param schedule crontab notation in UTC
 */
export function dueAtMs(schedule: string, nowMs: number): number | null {
  const { match } = parseCronItem({ match: schedule, task: 'x' })
  const minute = Math.floor(nowMs / minuteMs)
  for (let back = 0; back <= weekMinutes; back++) {
    const at = new Date((minute - back) * minuteMs)
    const [min, hour, date] = [at.getUTCMinutes(), at.getUTCHours(), at.getUTCDate()]
    if (match({ min, hour, date, month: at.getUTCMonth() + 1, dow: at.getUTCDay() })) return at.getTime()
  }
  return null
}
