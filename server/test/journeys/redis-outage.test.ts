import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { sql } from 'kysely'
import { createPerson, createSmallBuilding, eventually, startTestServer } from '#test'
import { startTestRedis } from '../redis.ts'
import { findRedis } from '../system-packages.ts'
import { openReaders, type Readers } from './live-readers.ts'
import { makeDataDir, signIn, startPlenum } from './plenum.ts'

/** F6 of the promises: two instances in processes of their own, and Redis in trouble while they are used. */
const { skip } = findRedis()
/** 30 for the promise as it stands. */
const pausedS = Number(process.env['PLENUM_TEST_REDIS_PAUSE_S'] ?? 8)

test('Redis flushed, killed and paused: readings, sign-in, dashboards and live streams go on', { skip }, async (t) => {
  const server = await startTestServer()
  const redis = await startTestRedis()
  const { building, floor, co2, apiKey } = await createSmallBuilding(server)
  const viewer = await createPerson(server, { role: 'viewer', buildings: [building.id] })
  const one = await startInstance(t, server.databaseUrl, redis.url)
  const two = await startInstance(t, server.databaseUrl, redis.url)
  const { cookie } = await signIn(one.address, viewer.password, viewer.email)
  // Told by one of what is stored by the other.
  const path = `/api/live/floor/${floor.id}`
  const readers = await openReaders(t, { address: two.address, path, cookies: [cookie], count: 1 })
  const use = startUse({ one, two, readers, apiKey, sensorId: co2.id, floorId: floor.id, cookie, viewer })
  t.after(use.stop)
  const bothSay = (status: string, up: number) =>
    eventually(
      () => say([one, two]),
      (told) => told === `${status} ${up}`,
    )

  await bothSay('ready', 1)
  await use.goesOn()
  await redis.command('FLUSHALL')
  await use.goesOn()

  await redis.kill()
  await use.goesOn()
  await bothSay('degraded', 0)
  await use.goesOn()
  await redis.start()
  await bothSay('ready', 1)
  await use.goesOn()

  const pausedAtMs = performance.now()
  redis.pause()
  await bothSay('degraded', 0)
  while (performance.now() - pausedAtMs < pausedS * 1_000) await use.goesOn()
  redis.goOn()
  await bothSay('ready', 1)
  await use.goesOn()

  const { acknowledged, answers, longestMs } = await use.stop()
  assert.deepEqual([...answers.keys()].sort(), ['dashboard 200', 'readings 200', 'sign-in 200'], 'nothing was refused')
  const { rows } = await sql<{ at: Date; value: number }>`
    select at, value from reading_all where sensor_id = ${co2.id}`.execute(server.services.database.db)
  const stored = new Map(rows.map(({ at, value }) => [at.toISOString(), value]))
  assert.deepEqual(stored, acknowledged)
  assert.equal(readers.ended(), 0)
  t.diagnostic(`paused for ${pausedS} s; ${[...answers].map(([what, count]) => `${count} ${what}`).join(', ')}`)
  t.diagnostic(`the longest answer took ${longestMs.toFixed(0)} ms; ${readers.counts[0]} live events`)
})

interface Instance {
  address: string
}

async function startInstance(t: TestContext, databaseUrl: string, redisUrl: string): Promise<Instance> {
  const env = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, PLENUM_DEMO: 'off', PLENUM_LOG_LEVEL: 'error' }
  return startPlenum(t, { dataDir: await makeDataDir(t), env })
}

/** What both say of Redis, where they say the same: readiness, and whether other instances are heard. */
async function say(instances: Instance[]): Promise<string> {
  const all = await Promise.all(
    instances.map(async ({ address }) => {
      const { status } = (await (await fetch(`${address}/readyz`)).json()) as { status: string }
      const metrics = await (await fetch(`${address}/metrics`)).text()
      const figures = ['plenum_redis_up', 'plenum_bus_connected'].map(
        (name) => new RegExp(`^${name} (\\d)$`, 'm').exec(metrics)?.[1],
      )
      return `${status} ${[...new Set(figures)].join('/')}`
    }),
  )
  return [...new Set(all)].join(', ')
}

interface Use {
  one: Instance
  two: Instance
  readers: Readers
  apiKey: string
  sensorId: number
  floorId: number
  cookie: string
  viewer: { email: string; password: string }
}

/** Gateways and people at both instances, each with one request after the other. */
function startUse({ one, two, readers, apiKey, sensorId, floorId, cookie, viewer }: Use) {
  const acknowledged = new Map<string, number>()
  const answers = new Map<string, number>()
  let longestMs = 0
  const use = new AbortController()
  const json = { 'content-type': 'application/json' }
  const ask = async (what: string, url: string, init: RequestInit): Promise<number> => {
    const startedAtMs = performance.now()
    const answer = await fetch(url, init)
    await answer.text()
    longestMs = Math.max(longestMs, performance.now() - startedAtMs)
    const name = `${what} ${answer.status}`
    answers.set(name, (answers.get(name) ?? 0) + 1)
    return answer.status
  }
  const post = (what: string, url: string, body: object, headers = {}) =>
    ask(what, url, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) })

  const startMs = Date.now() - 3_600_000
  let sent = 0
  const sendReading = async () => {
    const [timestamp, value] = [new Date(startMs + ++sent * 100).toISOString(), 400 + (sent % 500)]
    const body = { sensor_id: sensorId, timestamp, value }
    const status = await post('readings', `${one.address}/api/sensors/data`, body, {
      authorization: `Bearer ${apiKey}`,
    })
    if (status === 200) acknowledged.set(timestamp, value)
  }
  const look = async () => {
    for (const { address } of [one, two])
      await ask('dashboard', `${address}/api/dashboard/floor/${floorId}`, { headers: { cookie } })
  }
  const comeIn = async () => {
    const { email, password } = viewer
    for (const { address } of [one, two])
      await post('sign-in', `${address}/api/auth/sign-in/email`, { email, password })
  }
  const loop = async (act: () => Promise<void>): Promise<void> => {
    while (!use.signal.aborted) await act()
  }
  const running = [sendReading, look, comeIn].map(loop)
  const counts = () => [
    ...['readings', 'dashboard', 'sign-in'].map((what) => answers.get(`${what} 200`) ?? 0),
    readers.counts[0] ?? 0,
  ]

  return {
    /** Until some more of everything was answered well, and another change was told live. */
    async goesOn(): Promise<void> {
      const before = counts()
      await eventually(
        async () => counts(),
        (now) => now.every((count, i) => count >= (before[i] as number) + (i === 3 ? 1 : 4)),
      )
    },
    async stop() {
      use.abort()
      await Promise.all(running)
      return { acknowledged, answers, longestMs }
    },
  }
}
