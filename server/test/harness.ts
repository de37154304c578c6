import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, afterEach } from 'node:test'
import type {
  BuildingInput,
  FloorInput,
  IngestAnswer,
  NewApiKey,
  NewGatewayKey,
  ReadingRun,
  Role,
  SensorInput,
} from '@plenum/contract'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import pg from 'pg'
import { bySystem } from '#audit'
import type { ProviderSettings } from '#auth'
import { type App, type Clock, createLog, type Storage, type Tables } from '#platform'
import { type Kysely, sql } from 'kysely'
import { buildApp } from '../src/app.ts'
import { firstEventOf } from './live-stream.ts'
import { migrateDatabase } from '../src/server.ts'
import { createServices, type Services } from '../src/services.ts'

export const quietLog = createLog('silent')

/** The engine under test; server/test/timescale.test.ts runs files once more on another one. */
export const storage: Storage = process.env['PLENUM_TEST_STORAGE'] === 'timescale' ? 'timescale' : 'native'

/** What is left to seal: hot rows, or chunks that are not compressed as a whole. */
export async function countUnsealed(db: Kysely<Tables>): Promise<number> {
  const { rows } = await (storage === 'native'
    ? sql<{ n: number }>`select count(*) as n from reading`
    : sql<{ n: number }>`select count(*) as n from _timescaledb_catalog.chunk where not dropped and status <> 1
        and format('%I.%I', schema_name, table_name)::regclass in (select show_chunks('reading'))`
  ).execute(db)
  return rows[0]?.n as number
}

/** A database of its own for a test file, cloned from the migrated template; dropped after the file. */
export async function cloneDatabase(): Promise<string> {
  const server = process.env['PLENUM_TEST_SERVER']
  assert.ok(server, 'run tests with npm test, or node --test --test-global-setup=server/test/cluster.ts')
  const name = `test_${randomBytes(6).toString('hex')}`
  // A scheduler of TimescaleDB is always connected to a database of its own, so that none can be a template.
  await onServer(server, `create database ${name}${storage === 'native' ? ' template plenum_template' : ''}`)
  after(() => onServer(server, `drop database ${name} with (force)`))
  const url = new URL(server)
  url.pathname = `/${name}`
  if (storage !== 'native') await migrateDatabase(url.href, 'TIMESCALE_DATABASE_URL', quietLog, storage)
  return url.href
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** A clock that moves only when told to. */
export function createTestClock(startMs = Date.UTC(2026, 10, 23, 10, 15, 4)): Clock & { nowMs: number } {
  const clock = { nowMs: startMs, now: () => clock.nowMs }
  return clock
}

export interface TestServer {
  app: App
  services: Services
  databaseUrl: string
  clock: Clock & { nowMs: number }
  /** As the administrator. */
  as: Caller
  /** Log lines written so far. */
  logged: string[]
}

export type Caller = (
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE' | 'HEAD' | 'OPTIONS',
  url: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<LightMyRequestResponse>

interface TestServerSettings {
  webDir: string | null
  databaseUrl: string
  publicUrl: string
  trustedProxies: string[]
  redisUrl: string
  /** As old as what an instance knows of people's rights may be; here every request asks, unless said. */
  rightsMaxAgeMs: number
  openid: ProviderSettings
}

export const administrator = { email: 'admin@example.com', password: 'correct horse battery' }

/**
 * The whole application on a database of its own, with an administrator. After each test the pool must be as it was:
 * a connection that was not given back fails the test that took it. `webDir`: the built web application, for browsers;
 * `databaseUrl`: that of another server, to be one more instance on it.
 */
export async function startTestServer(asked: Partial<TestServerSettings> = {}): Promise<TestServer> {
  const {
    webDir = null,
    publicUrl = null,
    trustedProxies = [],
    redisUrl = null,
    rightsMaxAgeMs = 0,
    openid = null,
  } = asked
  const databaseUrl = asked.databaseUrl ?? (await cloneDatabase())
  const clock = createTestClock()
  const logged: string[] = []
  const log = createLog('debug', { write: (line) => void logged.push(line) })
  const settings = { databaseUrl, replicaUrl: null, publicUrl, storage, openid, address: 'http://localhost:3000' }
  const services = await createServices({ ...settings, redisUrl, rightsMaxAgeMs, log, clock })
  const overTls = publicUrl?.startsWith('https:') ?? false
  const app = await buildApp(services, { log, metricsToken: null, webDir, trustedProxies, overTls })
  await app.ready()
  if (asked.databaseUrl === undefined)
    await services.people.administrators.create(administrator.email, administrator.password, bySystem('test'))
  afterEach(() => assertPoolAtRest(services))
  after(async () => {
    await app.close()
    await services.close()
  })
  return { app, services, databaseUrl, clock, as: await signIn(app, administrator), logged }
}

/** What runs behind an answer (a gateway's last-seen) may end a moment after it. */
export async function assertPoolAtRest({ poolCounts }: Pick<Services, 'poolCounts'>): Promise<void> {
  const busy = () => Object.entries(poolCounts()).filter(([, { used, waiting }]) => used + waiting > 0)
  const deadline = Date.now() + 5_000
  while (busy().length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.deepEqual(busy(), [], 'a connection was not given back to its pool')
}

export const caller =
  (app: App, credentials: Record<string, string>): Caller =>
  (method, url, body, headers) => {
    const asked = { method, url, headers: { ...credentials, ...headers }, payload: body } as InjectOptions
    return url.startsWith('/api/live/') && method === 'GET' ? firstEventOf(app, asked) : app.inject(asked)
  }

/** A caller with the session cookie of a person. */
export async function signIn(app: App, person: { email: string; password: string }): Promise<Caller> {
  const answer = await app.inject({ method: 'POST', url: '/api/auth/sign-in/email', payload: person })
  assert.equal(answer.statusCode, 200, answer.body)
  const cookie = answer.cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; ')
  return caller(app, { cookie })
}

/** What a person may do; a role holds nowhere that is not named. */
export interface Rights {
  role: Role
  /** Whole buildings, by id. */
  buildings?: readonly number[]
  /** Single floors, by id. */
  floors?: readonly number[]
  seesPresence?: boolean
}

export interface TestPerson {
  id: string
  email: string
  password: string
  /** With a session. */
  as: Caller
}

/** A person with these rights, signed in. */
export async function createPerson({ app, services }: TestServer, rights: Rights): Promise<TestPerson> {
  const email = `${rights.role}-${randomBytes(4).toString('hex')}@example.com`
  const { password } = administrator
  await services.people.administrators.create(email, password, bySystem('test'))
  const { db } = services.database
  const { id } = await db.selectFrom('person').select('id').where('email', '=', email).executeTakeFirstOrThrow()
  await setRights(services, id, rights)
  return { id, email, password, as: await signIn(app, { email, password }) }
}

/** In place of what the person could do before; holds for their next request. */
export async function setRights(
  { database: { db } }: Pick<Services, 'database'>,
  personId: string,
  { role, buildings = [], floors = [], seesPresence = role === 'administrator' }: Rights,
): Promise<void> {
  await db.updateTable('person').set({ role, sees_presence: seesPresence }).where('id', '=', personId).execute()
  await db.deleteFrom('person_scope').where('person_id', '=', personId).execute()
  await sql`
    insert into person_scope (person_id, building_id, floor_id)
    select ${personId}, id, null from building where id = any(${buildings}::int4[])
    union all
    select ${personId}, building_id, id from floor where id = any(${floors}::int4[])`.execute(db)
}

/** Nobody signs in as them, and what they have open ends. */
export async function disablePerson({ database: { db } }: Pick<Services, 'database'>, personId: string): Promise<void> {
  await db.updateTable('person').set({ disabled_at: sql`now()` }).where('id', '=', personId).execute()
}

/** A caller with a new API key of whoever asks, who must have a session. */
export async function withKey(app: App, as: Caller): Promise<Caller> {
  const { key } = await create<NewApiKey>(as, '/api/keys', {})
  return caller(app, { authorization: `Bearer ${key}` })
}

/** Creates a thing of the registry and answers it. */
export async function create<T = { id: number }>(as: Caller, path: string, body: unknown): Promise<T> {
  const answer = await as('POST', path, body)
  assert.equal(answer.statusCode, 201, answer.body)
  return answer.json<T>()
}

/** The smallest building that readings can be sent to: one floor, a temperature and a CO2 sensor, a gateway. */
export async function createSmallBuilding(server: TestServer, key = randomBytes(3).toString('hex')) {
  const { as, app } = server
  const building = await create(as, '/api/buildings', {
    name: `Building ${key}`,
    timezone: 'Asia/Tokyo',
  } satisfies BuildingInput)
  const floor = await create(as, '/api/floors', { building_id: building.id, name: '3F', level: 3 } satisfies FloorInput)
  const gateway = await create(as, '/api/gateways', { building_id: building.id, name: 'East' })
  const sensor = (name: string, sensor_type: SensorInput['sensor_type']) =>
    create(as, '/api/sensors', {
      floor_id: floor.id,
      sensor_key: `${key}/${name}`,
      name,
      sensor_type,
    } satisfies SensorInput)
  const temperature = await sensor('temperature', 'temperature')
  const co2 = await sensor('co2', 'co2')
  const { key: apiKey } = await create<NewGatewayKey>(as, `/api/gateways/${gateway.id}/keys`, {})
  const asGateway = caller(app, { authorization: `Bearer ${apiKey}` })
  return { building, floor, gateway, temperature, co2, apiKey, asGateway, key }
}

export const ingestPath = '/api/sensors/data'

/** Sends readings and expects them to be taken. */
export async function send(as: Caller, readings: unknown[]): Promise<IngestAnswer> {
  const answer = await as('POST', ingestPath, { readings })
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json<IngestAnswer>()
}

/** Loads runs of the past in bulk and expects every reading to be taken. */
export async function loadRuns(as: Caller, runs: readonly ReadingRun[]): Promise<IngestAnswer> {
  const body = runs.map((run) => JSON.stringify(run)).join('\n')
  const answer = await as('POST', '/api/import/readings', body, { 'content-type': 'application/x-ndjson' })
  assert.equal(answer.statusCode, 200, answer.body)
  assert.equal(answer.json<IngestAnswer>().rejected, 0, answer.body)
  return answer.json<IngestAnswer>()
}

/** Asks until the answer fits. */
export async function eventually<T>(
  ask: () => Promise<T>,
  fits: (answer: T) => boolean,
  withinMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const answer = await ask().catch((error: unknown) => error as T)
    if (fits(answer)) return answer
    if (Date.now() > deadline) assert.fail(`still ${JSON.stringify(answer)} after ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
