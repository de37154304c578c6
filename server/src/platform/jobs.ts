import { Logger as WorkerLogger, run, runMigrations, type TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Log } from './log.ts'

export interface Jobs {
  /** Lets running jobs end. */
  stop(): Promise<void>
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
export async function startJobs(options: { pool: pg.Pool; log: Log; scheduled: ScheduledJob[] }): Promise<Jobs> {
  const { pool, log, scheduled } = options
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
  // Ends with `stop`; ended by itself, jobs would silently no longer run.
  runner.promise.catch((error: unknown) => log.error({ err: error }, 'the job runner ended'))
  return { stop: () => runner.stop() }
}

/** The queue's own tables; part of migrating, so that two instances need not race for it. */
export const migrateJobs = (pool: pg.Pool): Promise<void> => runMigrations({ pgPool: pool })
