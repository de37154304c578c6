import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'

/** Jobs of one task that are in the queue. */
export interface QueuedTask {
  task: string
  waiting: number
  oldestWaitingAt: Date | null
  running: number
  retrying: number
  nextTryAt: Date | null
  givenUp: number
}

export interface JobRun {
  task: string
  startedAt: Date
  tookMs: number
  error: string | null
  succeededAt: Date | null
  failures: number
}

/** The SQL of jobs. `graphile_worker.jobs` is the queue's documented view; a job is gone from it once it went well. */
export const jobStore = {
  async queued(db: Kysely<Tables>): Promise<QueuedTask[]> {
    const isOpen = sql`locked_at is null and attempts < max_attempts`
    const { rows } = await sql<QueuedTask>`
      select task_identifier as task,
        count(*) filter (where ${isOpen} and attempts = 0 and run_at <= now()) as waiting,
        min(run_at) filter (where ${isOpen} and attempts = 0 and run_at <= now()) as "oldestWaitingAt",
        count(*) filter (where locked_at is not null) as running,
        count(*) filter (where ${isOpen} and attempts > 0) as retrying,
        min(run_at) filter (where ${isOpen} and attempts > 0) as "nextTryAt",
        count(*) filter (where locked_at is null and attempts >= max_attempts) as "givenUp"
      from graphile_worker.jobs group by task_identifier`.execute(db)
    return rows
  },

  async count(db: Kysely<Tables>): Promise<{ waiting: number; failed: number }> {
    const { rows } = await sql<{ waiting: number; failed: number }>`
      select count(*) filter (where locked_at is null and attempts = 0 and run_at <= now()) as waiting,
        count(*) filter (where locked_at is null and attempts > 0) as failed
      from graphile_worker.jobs`.execute(db)
    return rows[0] ?? { waiting: 0, failed: 0 }
  },

  async runs(db: Kysely<Tables>): Promise<JobRun[]> {
    const { rows } = await sql<JobRun>`
      select task, started_at as "startedAt", took_ms as "tookMs", error, succeeded_at as "succeededAt", failures
      from job_run`.execute(db)
    return rows
  },

  /** Notes that a job has ended just now. */
  async noteEnd(db: Kysely<Tables>, { task, tookMs, error }: Pick<JobRun, 'task' | 'tookMs' | 'error'>): Promise<void> {
    const started = sql`now() - ${tookMs}::int4 * interval '1 millisecond'`
    await sql`
      insert into job_run as known (task, started_at, took_ms, error, succeeded_at, failures)
      values (${task}, ${started}, ${tookMs}, ${error}, case when ${error}::text is null then now() end,
        case when ${error}::text is null then 0 else 1 end)
      on conflict (task) do update set started_at = excluded.started_at, took_ms = excluded.took_ms,
        error = excluded.error, succeeded_at = coalesce(excluded.succeeded_at, known.succeeded_at),
        failures = case when excluded.error is null then 0 else known.failures + 1 end`.execute(db)
  },
}
