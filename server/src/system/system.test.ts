import assert from 'node:assert/strict'
import test from 'node:test'
import type { SystemHistory, SystemState } from '@plenum/contract'
import { sql } from 'kysely'
import { openDatabase, startJobs } from '#platform'
import { createSmallBuilding, createTestClock, eventually, quietLog, send, startTestServer } from '#test'
import { startTestRedis } from '../../test/redis.ts'
import { databaseStore } from './database-store.ts'
import { instanceStore } from './instance-store.ts'
import { createPresence } from './presence.ts'

const redis = await startTestRedis()
const server = await startTestServer({ redisUrl: redis.url })
const { as, services, clock, databaseUrl } = server
const { db } = services.database
const minuteMs = 60_000

const look = async (): Promise<SystemState> => {
  const answer = await as('GET', '/api/system')
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json<SystemState>()
}
/** What is remembered of a look is three seconds old at the most. */
const lookUntil = (fits: (state: SystemState) => boolean) =>
  eventually(() => {
    clock.nowMs += 3_000
    return look()
  }, fits)
const history = async (hours = 1): Promise<SystemHistory> =>
  (await as('GET', `/api/system/history?hours=${hours}`)).json<SystemHistory>()
/** A minute goes by. */
const nextMinute = async (): Promise<void> => {
  clock.nowMs += minuteMs
  await services.system.beat()
}
const newest = (column: readonly (number | null)[] | undefined) => column?.at(-1)

test('a process that starts is alone, and says what it is', async () => {
  assert.equal(services.system.isAlone(), false, 'nobody was asked yet')
  await services.system.beat()
  assert.equal(services.system.isAlone(), true)
  const { instances, database, replica, measured } = await look()
  assert.equal(instances.value?.length, 1)
  const [own] = instances.value ?? []
  assert.ok(own?.answering)
  assert.equal(own.version, '0.1.0')
  assert.equal(own.node_version, process.versions.node)
  assert.equal(own.figures.redis_up, true)
  assert.ok(own.figures.rss_bytes > 1e6)
  assert.deepEqual(own.figures.pools['web']?.max, 30)
  const { rows } = await sql<{ server_version: string }>`show server_version`.execute(db)
  assert.equal(database.value?.version, rows[0]?.server_version)
  assert.deepEqual(replica, { value: null, problem: 'not_configured' })
  assert.deepEqual(await databaseStore.standby(db), { isStandby: false, lagMs: 0 })
  assert.equal(measured.problem, 'not_yet')
})

test('a second instance is noticed by itself at once and by others when they next renew; a killed one after a minute', async () => {
  const other = await startTestServer({ databaseUrl, redisUrl: redis.url })
  await other.services.system.beat()
  assert.equal(other.services.system.isAlone(), false)
  await services.system.beat()
  assert.equal(services.system.isAlone(), false)
  const both = await lookUntil(({ instances }) => instances.value?.length === 2)
  assert.equal(both.instances.value?.filter(({ answering }) => answering).length, 1)

  await sql`update instance set seen_at = seen_at - interval '61 s' where id <> ${both.instances.value?.find(({ answering }) => answering)?.id}`.execute(
    db,
  )
  await lookUntil(({ instances }) => instances.value?.length === 1)
  await services.system.beat()
  assert.equal(services.system.isAlone(), true)
  const { rows } = await sql`select id from instance`.execute(db)
  assert.equal(rows.length, 1)

  await other.services.system.beat()
  await services.system.beat()
  assert.equal(services.system.isAlone(), false, 'it was only slow, and is back')
  await other.services.system.stop()
  await services.system.beat()
  assert.equal(services.system.isAlone(), true, 'a clean stop is known at once')
})

test('a worker answers nobody, so that beside one a process is alone; what was learnt long ago does not count', async () => {
  const figures = (await look()).instances.value?.[0]?.figures
  assert.ok(figures)
  const worker = { role: 'worker', host: 'h', address: 'a', version: 'v', nodeVersion: 'n', upS: 3, figures } as const
  const id = '00000000-0000-4000-8000-000000000001'
  assert.equal(await instanceStore.renew(db, { id, ...worker }), 1, 'that is how many others answer HTTP')
  await services.system.beat()
  assert.equal(services.system.isAlone(), true)
  clock.nowMs += 31_000
  assert.equal(services.system.isAlone(), false)
  await instanceStore.remove(db, id)
})

test('where the database is away, renewing fails nothing and nobody is taken to be alone', async () => {
  const away = openDatabase({
    url: 'postgres://x@127.0.0.1:1/x',
    name: 'x',
    keep: 0,
    max: 1,
    statementTimeoutMs: 0,
    log: quietLog,
  })
  const figures = (await look()).instances.value?.[0]?.figures
  assert.ok(figures)
  const self = { id: 'x', role: 'web', host: 'h', address: 'a', version: 'v', nodeVersion: 'n' } as const
  const presence = createPresence({ db: away.db, clock: createTestClock(), log: quietLog, self })
  await presence.renew(figures)
  assert.equal(presence.isAlone(), false)
  await presence.end()
  await away.close()
})

test('a minute is sampled as it was counted elsewhere', async () => {
  const { temperature, co2, asGateway } = await createSmallBuilding(server)
  await nextMinute()
  const at = new Date(clock.nowMs).toISOString()
  const reading = { sensor_id: temperature.id, timestamp: at, value: 21 }
  await send(asGateway, [reading, { ...reading, sensor_id: co2.id, value: 600 }])
  await send(asGateway, [reading])
  await send(asGateway, [reading, { ...reading, sensor_id: 2_147_483_647 }])
  const { rows: stored } = await sql<{ n: number }>`select count(*) as n from reading`.execute(db)
  assert.equal(stored[0]?.n, 2)
  await as('GET', '/healthz')
  await nextMinute()
  const { rows } = await sql<{ figures: { seconds: number; readings: object; latency: number[] } }>`
    select figures from system_sample where instance_id is not null order by at desc limit 1`.execute(db)
  const sample = rows[0]?.figures
  assert.deepEqual(sample?.readings, { stored: 2, duplicate: 2, rejected: 1 })
  assert.equal(
    sample?.latency.reduce((sum, n) => sum + n, 0),
    3,
    'probes are left out',
  )

  const { readings, requests, processes } = await history()
  const perSecond = (n: number) => n / (sample?.seconds ?? 0)
  assert.equal(newest(readings.stored), perSecond(2))
  assert.equal(newest(readings.rejected), perSecond(1))
  assert.equal(newest(requests.per_second), perSecond(3))
  assert.ok((newest(requests.p50_ms) ?? 0) > 0)
  assert.equal(newest(processes.count), 1)
})

test('what is measured is what PostgreSQL says, once a minute by whoever is first', async () => {
  const other = await startTestServer({ databaseUrl })
  other.clock.nowMs = clock.nowMs
  await other.services.system.beat()
  other.clock.nowMs += minuteMs
  await nextMinute()
  await other.services.system.beat()
  const minute = new Date(clock.nowMs - minuteMs)
  const { rows } = await sql<{ all: number; own: number }>`
    select count(*) filter (where instance_id is null) as all, count(*) filter (where instance_id is not null) as own
    from system_sample where at > ${minute}::timestamptz - interval '1 minute'`.execute(db)
  assert.deepEqual(rows[0], { all: 1, own: 2 })
  assert.equal(newest((await history()).processes.count), 2)

  const { measured } = await lookUntil(
    (state) => state.measured.value?.at === new Date(Math.floor(minute.getTime() / minuteMs) * minuteMs).toISOString(),
  )
  const { rows: sizes } = await sql<{ bytes: number }>`select pg_total_relation_size('segment') as bytes`.execute(db)
  assert.equal(measured.value?.segment_bytes, sizes[0]?.bytes)
  assert.ok((measured.value?.database_bytes ?? 0) > (measured.value?.hot_bytes ?? 0))
  await other.services.system.stop()
})

test('days that wait to be sealed are counted, and their oldest named', async () => {
  await services.readings.sealClosedDays()
  const { temperature, co2, asGateway } = await createSmallBuilding(server)
  const day = (days: number) => new Date(clock.nowMs - days * 86_400_000).toISOString()
  await send(
    asGateway,
    [2, 3].map((days) => ({ sensor_id: temperature.id, timestamp: day(days), value: 20 })),
  )
  await send(asGateway, [{ sensor_id: co2.id, timestamp: day(2), value: 600 }])
  await nextMinute()
  const waits = await lookUntil(({ measured }) => measured.value?.sealing?.sensor_days === 3)
  // Of Tokyo, where it is 19 o'clock: the day three days ago ended that many days and 19 hours ago.
  const oldest = Date.parse(waits.measured.value?.sealing?.oldest_end_at ?? '')
  assert.equal(new Date(oldest).toISOString().slice(11), '15:00:00.000Z')
  assert.equal(Math.floor((clock.nowMs - oldest) / 86_400_000), 2)
  assert.equal((await services.readings.backlog(db, 2))?.isMore, true)
  await services.readings.sealClosedDays()
  clock.nowMs += 5 * minuteMs
  await nextMinute()
  await lookUntil(({ measured }) => measured.value?.sealing?.sensor_days === 0)
})

test('minutes without a sample are gaps, and what is older than 48 hours goes', async () => {
  await sql`delete from system_sample`.execute(db)
  await services.system.beat()
  await nextMinute()
  clock.nowMs += 3 * minuteMs
  await nextMinute()
  await nextMinute()
  const { readings, disk, step_s, from } = await history()
  assert.equal(step_s, 60)
  assert.equal(readings.stored.length, 60)
  assert.equal(Date.parse(from) + 60 * minuteMs, Math.floor(clock.nowMs / minuteMs) * minuteMs)
  const known = (column: readonly (number | null)[]) => column.slice(-6).map((value) => value !== null)
  assert.deepEqual(known(readings.stored), [true, false, false, false, true, true])
  assert.deepEqual(known(disk.database_bytes), [true, false, false, false, true, true])

  const count = async () => (await sql`select from system_sample`.execute(db)).rows.length
  const all = await count()
  clock.nowMs += 47 * 60 * minuteMs
  await services.system.dropExpired()
  assert.equal(await count(), all)
  clock.nowMs += 62 * minuteMs
  await services.system.dropExpired()
  assert.equal(await count(), 0)
})

test('a job that fails is seen with its error, and no longer once it went well', async () => {
  let isBroken = true
  const run = async () => {
    if (isBroken) throw new Error('no route to postgres://plenum:hunter2hunter2@db/x\nat a stack')
  }
  await services.system.start([{ name: 'fails', schedule: '0 0 1 1 *' }])
  const jobs = await startJobs({
    pool: services.database.pool,
    log: quietLog,
    scheduled: [{ name: 'fails', schedule: '0 0 1 1 *', run }],
    onEnded: services.system.jobEnded,
  })
  await sql`select graphile_worker.add_job('fails')`.execute(db)
  const failsIn = ({ jobs: { value } }: SystemState) => value?.find(({ task }) => task === 'fails')
  const failed = failsIn(await lookUntil((state) => failsIn(state)?.retrying === 1 && failsIn(state)?.last !== null))
  assert.equal(failed?.last?.error, 'no route to postgres://[secret]@db/x')
  assert.equal(failed.last.failures, 1)
  assert.equal(failed.last.succeeded_at, null)
  assert.ok(Date.parse(failed.next_try_at ?? '') > Date.parse(failed.last.started_at))
  await nextMinute()
  assert.equal(newest((await history()).jobs.failed), 1)

  isBroken = false
  await sql`select graphile_worker.add_job('fails')`.execute(db)
  const mended = failsIn(await lookUntil((state) => failsIn(state)?.last?.error === null))
  assert.equal(mended?.last?.failures, 0)
  assert.ok(mended.last.succeeded_at)
  await jobs.stop()
  await services.system.stop()
})

test('a part that is slow is missing, in time, and holds nothing else up', async () => {
  await services.system.beat()
  await db.transaction().execute(async (tx) => {
    await sql`lock table job_run in access exclusive mode`.execute(tx)
    const state = await lookUntil(({ jobs }) => jobs.problem !== null)
    assert.deepEqual(state.jobs, { value: null, problem: 'no_answer_in_time' })
    assert.notEqual(state.instances.value, null)
    assert.notEqual(state.database.value, null)
    await Promise.all(Array.from({ length: 20 }, look))
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`.execute(
      db,
    )
    assert.equal(rows[0]?.n, 1, 'all who ask wait for one look')
  })
  await lookUntil(({ jobs }) => jobs.value !== null)

  clock.nowMs += minuteMs
  await db.transaction().execute(async (tx) => {
    await sql`lock table system_sample in access exclusive mode`.execute(tx)
    const answer = await as('GET', '/api/system/history?hours=1')
    assert.equal(answer.statusCode, 503, answer.body)
    assert.equal(answer.json<{ code: string }>().code, 'database_unavailable')
  })
  assert.equal((await as('GET', '/api/system/history?hours=1')).statusCode, 200, 'it is not remembered')
})

test('Redis that is away is said, by every process of its own connection', async () => {
  await lookUntil((state) => state.redis.value?.version !== undefined)
  await redis.kill()
  const gone = await lookUntil((state) => state.redis.problem !== null)
  assert.deepEqual(gone.redis, { value: null, problem: 'unreachable' })
  await eventually(
    () => services.system.beat().then(() => services.redis?.status().up),
    (up) => up === false,
  )
  await services.system.beat()
  const told = await lookUntil(({ instances }) => instances.value?.[0]?.figures.redis_up === false)
  assert.match(told.instances.value?.[0]?.figures.redis_why ?? '', /ECONNREFUSED|closed/i)
  await redis.start()
  await lookUntil((state) => state.redis.value !== null)
})
