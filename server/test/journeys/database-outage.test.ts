import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import pg from 'pg'
import { bySystem } from '#audit'
import { type App, type EmbeddedDatabase, startEmbeddedDatabase, systemClock } from '#platform'
import {
  administrator,
  assertPoolAtRest,
  createSmallBuilding,
  eventually,
  ingestPath,
  quietLog as log,
  signIn,
  type TestServer,
} from '#test'
import { buildApp } from '../../src/app.ts'
import { processesOf } from '../../src/platform/embedded/processes.ts'
import { migrateDatabase } from '../../src/server.ts'
import { createServices, type Services } from '../../src/services.ts'

const kills = 3
const senders = 4
const batchReadings = 20
/** How long PostgreSQL is kept from coming back. */
const awayMs = 1_500
const patienceMs = 10_000

interface Answer {
  status: number
  retryAfter: string | undefined
  body: string
}

/** Value of every reading by sensor and time, as it was sent, and those of them that a 2xx was given for. */
const createLedger = () => ({ sent: new Map<string, number>(), acknowledged: new Map<string, number>() })
type Ledger = ReturnType<typeof createLedger>

const identity = (sensorId: number, atMs: number): string => `${sensorId}/${atMs}`

test('PostgreSQL killed under load: nothing acknowledged is lost, nothing else is there, and it heals by itself', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'plenum-outage-'))
  const database = await startEmbeddedDatabase({ dataDir, log })
  t.after(async () => {
    await database.stop()
    await rm(dataDir, { recursive: true, force: true })
  })
  const server = await serve(t, database)
  const { temperature, apiKey } = await createSmallBuilding(server)
  const { port } = server.app.server.address() as AddressInfo
  const agent = new Agent({ keepAlive: true, maxSockets: senders + 1 })
  t.after(() => agent.destroy())
  const post = (readings: unknown[]) => postReadings(agent, port, apiKey, readings)

  const ledger = createLedger()
  const answers: Answer[] = []
  const firstAtMs = Math.floor(Date.now() / 1_000) * 1_000 - 86_400_000
  let next = 0
  const stopping = new AbortController()
  const sender = async (stubborn: boolean): Promise<void> => {
    while (!stopping.signal.aborted) {
      const batch = Array.from({ length: batchReadings }, () => ({
        atMs: firstAtMs + next * 1_000,
        value: next++ % 40,
      }))
      const readings = batch.map(({ atMs, value }) => ({
        sensor_id: temperature.id,
        timestamp: new Date(atMs).toISOString(),
        value,
      }))
      for (const { atMs, value } of batch) ledger.sent.set(identity(temperature.id, atMs), value)
      // One that gives up leaves its readings unknown: stored or not, both are right.
      for (let acknowledged = false; !acknowledged && !stopping.signal.aborted; acknowledged ||= !stubborn) {
        const answer = await post(readings)
        answers.push(answer)
        if (answer.status !== 200) continue
        const { stored, duplicates } = JSON.parse(answer.body) as { stored: number; duplicates: number }
        assert.equal(stored + duplicates, batchReadings)
        for (const { atMs, value } of batch) ledger.acknowledged.set(identity(temperature.id, atMs), value)
        acknowledged = true
      }
    }
  }
  const sending = Promise.all(Array.from({ length: senders }, (_, i) => sender(i % 2 === 0)))

  for (let kill = 0; kill < kills; kill++) {
    const acknowledged = () => answers.filter(({ status }) => status === 200).length
    const before = acknowledged()
    await eventually(
      async () => acknowledged(),
      (count) => count >= before + 20,
    )
    const refusedBefore = answers.filter(({ status }) => status === 503).length
    await keepAway(dataDir, awayMs)
    await eventually(
      () => isUp(database.url),
      (up) => up,
      60_000,
    )
    const upAgain = acknowledged()
    await eventually(
      async () => acknowledged(),
      (count) => count > upAgain,
      patienceMs,
    )
    assert.ok(answers.filter(({ status }) => status === 503).length > refusedBefore, 'nobody noticed the outage')
  }
  stopping.abort()
  await sending

  for (const { status, retryAfter, body } of answers) {
    assert.ok(status === 200 || status === 503, body)
    if (status === 503) assert.match(retryAfter ?? '', /^[1-9]\d*$/)
  }
  await assertPoolAtRest(server.services)
  await compare(server.services, ledger)
  assert.match(await server.services.metrics.text(), /^plenum_ingest_bytes_held 0$/m)
})

/** The application on a socket, as it runs in production but for its log. */
async function serve(t: TestContext, { url: databaseUrl }: EmbeddedDatabase): Promise<TestServer & { app: App }> {
  await migrateDatabase(databaseUrl, 'the test database', log)
  const address = { replicaUrl: null, publicUrl: null, address: 'http://localhost' }
  const services = await createServices({ databaseUrl, ...address, log, clock: systemClock })
  const app = await buildApp(services, { log, metricsToken: null, webDir: null })
  t.after(async () => {
    await app.close()
    await services.close()
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  await services.people.administrators.create(administrator.email, administrator.password, bySystem('test'))
  const clock = { nowMs: 0, now: () => Date.now() }
  return { app, services, databaseUrl, clock, as: await signIn(app, administrator), logged: [] }
}

/** @throws where there is no answer in time, or the connection breaks: the server itself is never away */
async function postReadings(agent: Agent, port: number, apiKey: string, readings: unknown[]): Promise<Answer> {
  const outgoing = request({
    agent,
    port,
    method: 'POST',
    path: ingestPath,
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(patienceMs),
  })
  outgoing.end(JSON.stringify({ readings }))
  const [incoming] = await once(outgoing, 'response')
  const pieces: Buffer[] = await incoming.toArray()
  return {
    status: incoming.statusCode,
    retryAfter: incoming.headers['retry-after'],
    body: Buffer.concat(pieces).toString(),
  }
}

/** kill -9 of the postmaster and all its children, and again of each that the supervisor brings up. */
async function keepAway(dataDir: string, ms: number): Promise<void> {
  const until = Date.now() + ms
  do {
    for (const { pid } of await processesOf(join(dataDir, 'pgdata'))) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  } while (Date.now() < until)
}

async function isUp(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 1_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

async function compare({ database }: Services, { sent, acknowledged }: Ledger): Promise<void> {
  const rows = await database.db.selectFrom('reading').select(['sensor_id', 'at', 'value']).execute()
  const present = new Map(rows.map(({ sensor_id, at, value }) => [identity(sensor_id, at.getTime()), value]))
  assert.equal(present.size, rows.length)
  const lost = [...acknowledged].filter(([key, value]) => present.get(key) !== value)
  const phantom = [...present].filter(([key, value]) => sent.get(key) !== value)
  assert.deepEqual({ lost, phantom }, { lost: [], phantom: [] })
  assert.ok(acknowledged.size > 0)
}
