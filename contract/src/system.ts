import { type Static, type TSchema, Type } from 'typebox'
import { Closed, Nullable, Timestamp } from './wire.ts'

/** How the installation runs: for administrators. */

/** Why a part of the answer is missing. */
export const systemProblems = [
  'not_configured',
  'unreachable',
  'no_answer_in_time',
  'not_permitted',
  'failed',
  'not_yet',
] as const
export type SystemProblem = (typeof systemProblems)[number]
const Problem = Type.Unsafe<SystemProblem | null>({ type: ['string', 'null'], enum: [...systemProblems, null] })

/** A part of the answer: there, or the reason why it is not. */
const Looked = <T extends TSchema>(value: T) => Type.Object({ value: Nullable(value), problem: Problem })

export const instanceRoles = ['all', 'web', 'worker'] as const
export type InstanceRole = (typeof instanceRoles)[number]
export const busStates = ['alone', 'connected', 'cut_off'] as const
export type BusState = (typeof busStates)[number]
const Whole = Type.Integer({ minimum: 0 })
const Bytes = Type.Number({ minimum: 0 })
/** 0 to 1. */
const Share = Type.Number({ minimum: 0 })

const PoolUse = Type.Object({ size: Whole, used: Whole, waiting: Whole, max: Whole })

/** What a process was doing when it was last heard of. */
export const InstanceFigures = Type.Object({
  rss_bytes: Bytes,
  heap_used_bytes: Bytes,
  /** Of one core, since it was heard of before. */
  cpu_share: Share,
  /** 99 of 100 turns of its event loop came no later than this, since it was heard of before. */
  event_loop_delay_ms: Type.Number({ minimum: 0 }),
  live_streams: Whole,
  pools: Type.Record(Type.String(), PoolUse),
  /** Its own connection to Redis; null: none is configured. */
  redis_up: Nullable(Type.Boolean()),
  redis_why: Type.String(),
  /** Whether it hears other processes; `alone`: without Redis it can't. */
  bus: Type.Unsafe<BusState>(Type.String({ enum: [...busStates] })),
  /** Where it runs the embedded database: the file system of the data directory. */
  disk: Nullable(Type.Object({ free_bytes: Bytes, size_bytes: Bytes })),
})
export type InstanceFigures = Static<typeof InstanceFigures>

export const SystemInstance = Type.Object({
  id: Type.String(),
  role: Type.Unsafe<InstanceRole>(Type.String({ enum: [...instanceRoles] })),
  host: Type.String(),
  address: Type.String(),
  version: Type.String(),
  node_version: Type.String(),
  started_at: Timestamp,
  seen_at: Timestamp,
  /** The one that answers. */
  answering: Type.Boolean(),
  figures: InstanceFigures,
})
export type SystemInstance = Static<typeof SystemInstance>

export const SystemJob = Type.Object({
  task: Type.String(),
  /** Crontab notation in UTC; null: it runs when there is something to do. */
  schedule: Nullable(Type.String()),
  /** The last time the schedule named, by now. */
  due_at: Nullable(Timestamp),
  /** Ready to run, and not begun. */
  waiting: Whole,
  oldest_waiting_at: Nullable(Timestamp),
  running: Whole,
  /** Failed, and to be tried again. */
  retrying: Whole,
  next_try_at: Nullable(Timestamp),
  /** Failed as often as they may. */
  given_up: Whole,
  /** How it last ended, wherever it ran; null: not since this was first kept. */
  last: Nullable(
    Type.Object({
      started_at: Timestamp,
      took_ms: Whole,
      /** Without what looks like a secret; null: it went well. */
      error: Nullable(Type.String()),
      succeeded_at: Nullable(Timestamp),
      /** In a row. */
      failures: Whole,
    }),
  ),
})
export type SystemJob = Static<typeof SystemJob>

const Database = Type.Object({
  version: Type.String(),
  /** null: it is not used. */
  timescale_version: Nullable(Type.String()),
  started_at: Timestamp,
  /** Settings under which an acknowledged reading could be lost in a power cut. */
  unsafe_settings: Type.Array(Type.String()),
  connections: Whole,
  max_connections: Whole,
})

const Measured = Type.Object({
  at: Timestamp,
  /** null where counting them takes too long, or the engine has no days to seal. */
  sealing: Nullable(
    Type.Object({
      sensor_days: Whole,
      /** There are more than were counted. */
      is_more: Type.Boolean(),
      /** End of the oldest day that is closed and not sealed. */
      oldest_end_at: Nullable(Timestamp),
    }),
  ),
  database_bytes: Nullable(Bytes),
  hot_bytes: Nullable(Bytes),
  segment_bytes: Nullable(Bytes),
  /** null where the database's user may not look. */
  wal_bytes: Nullable(Bytes),
})

/** As it is now, of all processes. */
export const SystemState = Type.Object({
  at: Timestamp,
  instances: Looked(Type.Array(SystemInstance)),
  jobs: Looked(Type.Array(SystemJob)),
  database: Looked(Database),
  replica: Looked(Type.Object({ is_standby: Type.Boolean(), lag_ms: Nullable(Type.Number({ minimum: 0 })) })),
  redis: Looked(Type.Object({ version: Type.String(), used_bytes: Bytes })),
  /** Looked at once a minute. */
  measured: Looked(Measured),
})
export type SystemState = Static<typeof SystemState>

export const systemHistoryHours = 48
export const SystemHistoryQuery = Closed({
  hours: Type.Optional(Type.Integer({ minimum: 1, maximum: systemHistoryHours, default: 6 })),
})

const Column = Type.Array(Nullable(Type.Number()))

/** Columns of equal length, a value a step; null where nothing is known. Sums over all processes, unless said. */
export const SystemHistory = Type.Object({
  /** Start of the first step. */
  from: Timestamp,
  step_s: Whole,
  /** A second. */
  readings: Type.Object({ stored: Column, duplicates: Column, rejected: Column }),
  /** Without live streams, which stay open, and probes. */
  requests: Type.Object({ per_second: Column, p50_ms: Column, p99_ms: Column }),
  /** By what was looked up: a second, how many of these were found anywhere (0 to 1), and where. */
  cache: Type.Array(
    Type.Object({
      kind: Type.String(),
      per_second: Column,
      found_share: Column,
      found: Type.Array(Type.Object({ where: Type.String(), per_second: Column })),
    }),
  ),
  /** Peaks of looks ten seconds apart. */
  pools: Type.Array(Type.Object({ pool: Type.String(), used: Column, waiting: Column })),
  processes: Type.Object({
    count: Column,
    live_streams: Column,
    /** Of the one where it was longest. */
    event_loop_delay_ms: Column,
    rss_bytes: Column,
    heap_used_bytes: Column,
    /** Cores. */
    cpu: Column,
  }),
  jobs: Type.Object({ waiting: Column, failed: Column }),
  sealing: Type.Object({ sensor_days: Column }),
  disk: Type.Object({ database_bytes: Column }),
})
export type SystemHistory = Static<typeof SystemHistory>
