import type { SystemInstance, SystemJob, SystemState } from '@plenum/contract'
import type { Kysely } from 'kysely'
import { type Clock, dueAtMs, type Log, type Redis, type ScheduledJob, type Tables, unsafeSettings } from '#platform'
import { databaseStore } from './database-store.ts'
import { type InstanceRow, instanceStore } from './instance-store.ts'
import { jobStore, type JobRun, type QueuedTask } from './job-store.ts'
import { createLook } from './look.ts'
import { type MeasuredRow, sampleStore } from './sample-store.ts'

export type Schedule = Pick<ScheduledJob, 'name' | 'schedule'>

export interface StateContext {
  db: Kysely<Tables>
  replica: Kysely<Tables> | null
  redis: Redis | null
  clock: Clock
  log: Log
  ownId: string
  schedules(): readonly Schedule[]
}

/** How everything is now; what is away is said, and holds nothing else up. */
export function createState({ db, replica, redis, clock, log, ownId, schedules }: StateContext) {
  const at = { clock, log }
  const instances = createLook(at, 'instances', async () =>
    (await instanceStore.list(db)).map((row) => toInstance(row, ownId)),
  )
  const jobs = createLook(at, 'jobs', async () => {
    const [queued, runs] = [await jobStore.queued(db), await jobStore.runs(db)]
    return toJobs({ queued, runs, schedules: schedules(), nowMs: clock.now() })
  })
  const database = createLook(at, 'database', async () => {
    const { version, timescaleVersion, startedAt, connections, maxConnections } = await databaseStore.now(db)
    return {
      version,
      timescale_version: timescaleVersion,
      started_at: startedAt.toISOString(),
      unsafe_settings: await unsafeSettings(db),
      connections,
      max_connections: maxConnections,
    }
  })
  const standby = createLook(at, 'replica', async () => {
    if (replica === null) return 'not_configured'
    const { isStandby, lagMs } = await databaseStore.standby(replica)
    return { is_standby: isStandby, lag_ms: lagMs }
  })
  const redisState = createLook(at, 'redis', async () => {
    if (redis === null) return 'not_configured'
    const info = await redis.ask((client) => client.info())
    if (info === undefined) return 'unreachable'
    const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? ''
    return { version: field('redis_version'), used_bytes: Number(field('used_memory')) }
  })
  const measured = createLook(at, 'measured', async () => {
    const newest = await sampleStore.newestMeasured(db)
    return newest ? toMeasured(newest) : 'not_yet'
  })

  return async (): Promise<SystemState> => {
    const [now, queue, server, copy, cache, sizes] = await Promise.all([
      instances(),
      jobs(),
      database(),
      standby(),
      redisState(),
      measured(),
    ])
    return {
      at: new Date(clock.now()).toISOString(),
      instances: now,
      jobs: queue,
      database: server,
      replica: copy,
      redis: cache,
      measured: sizes,
    }
  }
}

const toInstance = ({ startedAt, seenAt, nodeVersion, ...row }: InstanceRow, ownId: string): SystemInstance => ({
  id: row.id,
  role: row.role,
  host: row.host,
  address: row.address,
  version: row.version,
  node_version: nodeVersion,
  started_at: startedAt.toISOString(),
  seen_at: seenAt.toISOString(),
  answering: row.id === ownId,
  figures: row.figures,
})

const toMeasured = ({ atMs, figures: { sealing, ...sizes } }: MeasuredRow) => ({
  at: new Date(atMs).toISOString(),
  sealing: sealing && {
    sensor_days: sealing.sensorDays,
    is_more: sealing.isMore,
    oldest_end_at: isoOf(sealing.oldestEndMs),
  },
  database_bytes: sizes.databaseBytes,
  hot_bytes: sizes.hotBytes,
  segment_bytes: sizes.segmentBytes,
  wal_bytes: sizes.walBytes,
})

interface KnownJobs {
  queued: readonly QueuedTask[]
  runs: readonly JobRun[]
  schedules: readonly Schedule[]
  nowMs: number
}

/** All tasks that are scheduled, queued or have run, by name. Pure. */
function toJobs({ queued, runs, schedules, nowMs }: KnownJobs): SystemJob[] {
  const names = new Set([...schedules.map(({ name }) => name), ...queued.map(({ task }) => task)])
  for (const { task, startedAt } of runs) if (nowMs - startedAt.getTime() < forgottenAfterMs) names.add(task)
  return [...names].sort().map((task) => {
    const schedule = schedules.find(({ name }) => name === task)?.schedule ?? null
    const waits = queued.find((one) => one.task === task)
    const run = runs.find((one) => one.task === task)
    return {
      task,
      schedule,
      due_at: isoOf(schedule && dueAtMs(schedule, nowMs)),
      waiting: waits?.waiting ?? 0,
      oldest_waiting_at: waits?.oldestWaitingAt?.toISOString() ?? null,
      running: waits?.running ?? 0,
      retrying: waits?.retrying ?? 0,
      next_try_at: waits?.nextTryAt?.toISOString() ?? null,
      given_up: waits?.givenUp ?? 0,
      last: run
        ? {
            started_at: run.startedAt.toISOString(),
            took_ms: run.tookMs,
            error: run.error,
            succeeded_at: run.succeededAt?.toISOString() ?? null,
            failures: run.failures,
          }
        : null,
    }
  })
}

/** A task of another version is no longer told of. */
const forgottenAfterMs = 7 * 86_400_000

const isoOf = (ms: number | null | ''): string | null => (typeof ms === 'number' ? new Date(ms).toISOString() : null)
