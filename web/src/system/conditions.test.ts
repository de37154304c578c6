import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SystemInstance, SystemJob, SystemState } from '@plenum/contract'
import { conditionsOf, jobStateOf, levelOf } from './conditions.ts'

const at = '2026-11-25T10:00:00.000Z'
const nowMs = Date.parse(at)
const ago = (minutes: number) => new Date(nowMs - minutes * 60_000).toISOString()
const there = <T>(value: T) => ({ value, problem: null })

const instance = (change: Partial<SystemInstance> = {}, figures: Partial<SystemInstance['figures']> = {}) => ({
  id: 'a',
  role: 'all' as const,
  host: 'h',
  address: 'http://localhost',
  version: '1',
  node_version: '24',
  started_at: ago(600),
  seen_at: ago(0.1),
  answering: true,
  ...change,
  figures: {
    rss_bytes: 1e8,
    heap_used_bytes: 5e7,
    cpu_share: 0.1,
    event_loop_delay_ms: 3,
    live_streams: 0,
    pools: { web: { size: 1, used: 0, waiting: 0, max: 30 } },
    redis_up: null,
    redis_why: '',
    bus: 'alone' as const,
    disk: { free_bytes: 50, size_bytes: 100 },
    ...figures,
  },
})

const job = (change: Partial<SystemJob> = {}): SystemJob => ({
  task: 'seal_closed_days',
  schedule: '*/5 * * * *',
  due_at: ago(0),
  waiting: 0,
  oldest_waiting_at: null,
  running: 0,
  retrying: 0,
  next_try_at: null,
  given_up: 0,
  last: { started_at: ago(5), took_ms: 9, error: null, succeeded_at: ago(5), failures: 0 },
  ...change,
})
const failed = (failures: number) => ({ started_at: ago(5), took_ms: 9, error: 'x', succeeded_at: null, failures })

const state = (change: Partial<SystemState> = {}): SystemState => ({
  at,
  instances: there([instance()]),
  jobs: there([job()]),
  database: there({
    version: '18',
    timescale_version: null,
    started_at: ago(600),
    unsafe_settings: [],
    connections: 9,
    max_connections: 100,
  }),
  replica: { value: null, problem: 'not_configured' },
  redis: { value: null, problem: 'not_configured' },
  measured: there({
    at: ago(1),
    sealing: { sensor_days: 0, is_more: false, oldest_end_at: null },
    database_bytes: 1,
    hot_bytes: 1,
    segment_bytes: 1,
    wal_bytes: null,
  }),
  ...change,
})
const told = (change: Partial<SystemState>) =>
  conditionsOf(state(change)).map(({ area, level, words }) => `${level} ${area} ${words}`)
const ofOne = (change: Partial<SystemInstance>, figures?: Partial<SystemInstance['figures']>) =>
  told({ instances: there([instance(change, figures)]) })

test('where all is well nothing is told', () => {
  assert.deepEqual(told({}), [])
  assert.deepEqual(told({ measured: { value: null, problem: 'not_yet' } }), [])
})

test('what a process says of itself', () => {
  assert.deepEqual(ofOne({ seen_at: ago(0.5) }), ['attention processes silent'])
  assert.deepEqual(ofOne({}, { event_loop_delay_ms: 300 }), ['attention processes busy'])
  assert.deepEqual(ofOne({}, { pools: { web: { size: 30, used: 30, waiting: 2, max: 30 } } }), [
    'attention processes poolWaits',
  ])
  assert.deepEqual(ofOne({}, { disk: { free_bytes: 14, size_bytes: 100 } }), ['attention storage diskShort'])
  assert.deepEqual(ofOne({}, { disk: { free_bytes: 4, size_bytes: 100 } }), ['bad storage diskFull'])
  assert.deepEqual(ofOne({}, { disk: null }), [])
  assert.deepEqual(ofOne({ role: 'web' }), ['bad jobs noWorker'])
})

test('Redis that is away is told once, and several processes that can not hear each other', () => {
  const redis = { value: null, problem: 'unreachable' } as const
  const away = there([instance({}, { redis_up: false, bus: 'cut_off' })])
  assert.deepEqual(told({ redis, instances: away }), ['attention redis redisAway'])
  assert.deepEqual(told({ redis }), ['attention redis unreachable'])
  assert.deepEqual(ofOne({}, { redis_up: true, bus: 'cut_off' }), ['attention redis cutOff'])
  const two = [instance(), instance({ id: 'b', version: '2' })]
  assert.deepEqual(told({ instances: there(two) }), ['attention processes versions', 'attention redis deaf'])
  const worker = instance({ id: 'b', role: 'worker' })
  assert.deepEqual(told({ instances: there([instance(), worker]) }), [])
})

test('the database, its replica, and what waits to be sealed', () => {
  const { database, measured } = state()
  assert.deepEqual(told({ database: { value: null, problem: 'no_answer_in_time' } }), ['bad database late'])
  assert.ok(database.value && measured.value)
  assert.deepEqual(told({ database: there({ ...database.value, unsafe_settings: ['fsync=off'] }) }), [
    'bad database unsafe',
  ])
  assert.deepEqual(told({ database: there({ ...database.value, connections: 90 }) }), [
    'attention database connections',
  ])
  assert.deepEqual(told({ replica: there({ is_standby: true, lag_ms: 31_000 }) }), ['attention database replicaLate'])
  assert.deepEqual(told({ replica: there({ is_standby: false, lag_ms: 0 }) }), ['attention database noStandby'])
  assert.deepEqual(told({ replica: { value: null, problem: 'unreachable' } }), ['attention database replicaAway'])
  const waits = (hours: number) => ({ sensor_days: 3, is_more: false, oldest_end_at: ago(hours * 60) })
  const known = measured.value
  const sealing = (hours: number) => told({ measured: there({ ...known, sealing: waits(hours) }) })
  assert.deepEqual([5, 7, 49].map(sealing), [[], ['attention storage sealingLate'], ['bad storage sealingLate']])
  assert.deepEqual(told({ measured: there({ ...measured.value, at: ago(6) }) }), ['unknown storage measuredLongAgo'])
})

test('a job is late only where somebody has been there to run it', () => {
  const owed = job({ due_at: ago(15), last: { ...failed(0), error: null, started_at: ago(20) } })
  assert.equal(jobStateOf(owed, nowMs, nowMs - 16 * 60_000), 'late')
  assert.equal(jobStateOf(owed, nowMs, nowMs - 14 * 60_000), 'ok')
  assert.equal(jobStateOf(owed, nowMs, null), 'ok')
  assert.equal(jobStateOf({ ...owed, last: null }, nowMs, nowMs - 16 * 60_000), 'late')
  assert.equal(jobStateOf({ ...owed, running: 1 }, nowMs, nowMs - 16 * 60_000), 'running')
  assert.equal(jobStateOf(job({ last: null }), nowMs, nowMs), 'never')
})

test('a job that fails needs a look, and one that fails on and on or was given up is bad', () => {
  const of = (change: Partial<SystemJob>) => told({ jobs: there([job(change)]) })
  assert.deepEqual(of({ last: failed(1) }), ['attention jobs jobFailed'])
  assert.deepEqual(of({ last: failed(3) }), ['bad jobs jobFailing'])
  assert.deepEqual(of({ given_up: 1 }), ['bad jobs jobGaveUp'])
  assert.deepEqual(of({ waiting: 1, oldest_waiting_at: ago(11) }), ['attention jobs jobStuck'])
})

test('the worst comes first, and a part is as bad as the worst of it', () => {
  const conditions = conditionsOf(
    state({
      jobs: there([job({ last: failed(1) }), job({ task: 'b', given_up: 2 })]),
      instances: there([instance({ seen_at: ago(0.5) })]),
    }),
  )
  assert.deepEqual(
    conditions.map(({ level }) => level),
    ['bad', 'attention', 'attention'],
  )
  assert.deepEqual([levelOf(conditions, 'jobs'), levelOf(conditions, 'processes')], ['bad', 'attention'])
  assert.equal(levelOf(conditions, 'database'), 'good')
})
