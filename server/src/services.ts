import { historyLimits } from '@plenum/contract'
import { createAudit } from '#audit'
import { createAuth, type ProviderSettings, type SessionLife } from '#auth'
import { createDashboard } from '#dashboard'
import { createHistory } from '#history'
import { createLive } from '#live'
import {
  type Clock,
  createCache,
  createMetrics,
  createSurestRead,
  type Log,
  openBus,
  openDatabase,
  openRedis,
  type Storage,
} from '#platform'
import { createPeople } from '#people'
import { createReadings } from '#readings'
import { createRegistry } from '#registry'
import { onAllInstances } from './instances.ts'
import { createSystem } from '#system'
import type { Role } from './config.ts'
import { version } from './version.ts'

export type Services = Awaited<ReturnType<typeof createServices>>

export interface ServiceSettings {
  databaseUrl: string
  replicaUrl: string | null
  /** What it holds may be lost at any moment; none unless said. */
  redisUrl?: string | null
  publicUrl: string | null
  /** What the database was made for; native unless said. */
  storage?: Storage
  /** Where this process is reached when no public address is set. */
  address: string
  /** What this process does; `web`, in which no jobs run, unless said. */
  role?: Role
  /** Where the embedded database keeps its files; the database is elsewhere unless said. */
  dataDir?: string | null
  /** A week unless used, and a month at most, unless said. */
  sessionLife?: SessionLife
  /** Single sign-on; there is none unless said. */
  openid?: ProviderSettings | null
  /** Within this time what one instance changes of a person's rights holds on all; a second unless said. */
  rightsMaxAgeMs?: number
  log: Log
  clock: Clock
}

const hourS = 3_600
const defaultSessionLife = { idleS: 7 * 24 * hourS, maxS: 30 * 24 * hourS }

/** Jobs have their own, so that none of theirs keeps a request waiting. */
const workerPool = { keep: 2, max: 10, statementTimeoutMs: 30_000 }
const webPool = { keep: 20, max: 30, statementTimeoutMs: 30_000 }
/** Dashboards on a replica have their own pool; what takes longer than this there is worth nothing. */
const replicaPool = { keep: 5, max: 20, statementTimeoutMs: 5_000 }
/**
 * Long questions about the past have one too, on the replica where there is one: they keep no reading waiting. They are
 * few and large, and each partition makes another line of their plans.
 */
const historyPool = { keep: 2, max: 10, statementTimeoutMs: historyLimits.timeoutMs, prepare: true }

/** The System page has its own, which nothing else waits for: it is looked at when the others are exhausted. */
const systemPool = { keep: 1, max: 2, statementTimeoutMs: 5_000 }

/** Puts the slices together: the one place where an effect of one reaches a slice above it. */
export async function createServices(settings: ServiceSettings) {
  const { log, clock } = settings
  const metrics = createMetrics()
  const primary = openDatabase({ url: settings.databaseUrl, name: 'plenum web', log, ...webPool })
  const replica = settings.replicaUrl
    ? openDatabase({ url: settings.replicaUrl, name: 'plenum replica', log, ...replicaPool })
    : null
  const past = openDatabase({
    url: settings.replicaUrl ?? settings.databaseUrl,
    name: 'plenum history',
    log,
    ...historyPool,
  })
  const { role = 'web', dataDir = null } = settings
  const worker =
    role === 'web' ? null : openDatabase({ url: settings.databaseUrl, name: 'plenum worker', log, ...workerPool })
  const own = openDatabase({ url: settings.databaseUrl, name: 'plenum system', log, ...systemPool })
  const pools = { web: primary, history: past, ...(replica && { replica }), ...(worker && { worker }), system: own }
  const poolCounts = () => Object.fromEntries(Object.entries(pools).map(([name, pool]) => [name, pool.counts()]))
  metrics.watchPools(poolCounts)

  const { redisUrl } = settings
  const redis = redisUrl ? openRedis({ url: redisUrl, log, metrics }) : null
  const { publicUrl, address, sessionLife = defaultSessionLife, openid = null, rightsMaxAgeMs = 1_000 } = settings
  const audit = createAudit({ db: primary.db, clock, log })
  const auth = await createAuth({
    db: primary.db,
    audit,
    log,
    clock,
    metrics,
    redis,
    rightsMaxAgeMs,
    publicUrl,
    address,
    sessionLife,
    openid,
    onSeen: (id) => people.seen(id),
  })
  const secret = await auth.installationSecret('bus')
  const bus = openBus({
    redis: redis && redisUrl ? { url: redisUrl, commands: redis } : null,
    secret,
    log,
    metrics,
  })
  const told = onAllInstances(bus, {
    hearReadings: (offers) => readings.latest.kind.hear(offers),
    hearRegistry(change) {
      registry.remembered.heard(change)
      readings.latest.kind.forget(change && change.sensors)
    },
    forget: (what) => (what === null ? cache.forgetAll() : cache.forget(what)),
    readingsShow(floorIds) {
      dashboard.readingsArrived(new Set(floorIds))
      live.changed(floorIds)
    },
    registryShows(change) {
      auth.keys.forget()
      dashboard.registryChanged(change)
      live.changed(null)
    },
    accessChanged: auth.accessChanged,
  })
  const people = createPeople({ db: primary.db, auth, publicUrl, log, accessChanged: told.accessChanged })
  // What tells nobody of itself, such as a command, answers nobody either.
  const isAlone = (): boolean => !system.isStarted() || system.isAlone()
  const hearsOthers = (): boolean => bus.state() === 'connected' || (bus.state() === 'alone' && isAlone())
  const cache = createCache({ redis, secret, clock, metrics, hearsOthers, onRepaid: told.repaid })
  const read = createSurestRead(primary.db, replica?.db ?? null)
  const registry = createRegistry({
    db: primary.db,
    cache,
    read,
    changed(change) {
      // With a sensor its interval may have changed, by which its latest reading is remembered, or all that it read.
      readings.latest.kind.drop(change && change.sensors)
      told.registryChanged(change)
    },
    deleteReadings: (tx, sensorId) => readings.removeSensor(tx, sensorId),
  })
  const readings = createReadings({
    database: primary,
    storage: settings.storage ?? 'native',
    jobs: worker?.db ?? primary.db,
    past: past.db,
    registry,
    clock,
    log,
    metrics,
    cache,
    read,
    onCommitted({ batch, floorIds, isNew }) {
      const { offers, mayShow } = readings.latest.tell(batch, isNew)
      told.readingsCommitted(offers, [...floorIds], mayShow)
    },
  })
  const history = createHistory({ db: past.db, stored: readings.stored, clock, primary: primary.db })
  const dashboard = createDashboard({
    db: replica?.db ?? primary.db,
    read,
    remembered: registry.remembered,
    latest: readings.latest,
    hearsOthers,
    clock,
  })
  const live = createLive({ dashboard, holders: auth.holders, clock, log, metrics })

  const system = createSystem({
    db: own.db,
    replica: replica?.db ?? null,
    redis,
    bus,
    readings,
    metrics,
    poolCounts,
    clock,
    log,
    role,
    version,
    address,
    dataDir,
  })

  return {
    audit,
    auth,
    people,
    registry,
    readings,
    history,
    dashboard,
    live,
    system,
    metrics,
    database: primary,
    redis,
    bus,
    worker,
    poolCounts,
    close: async (): Promise<void> => {
      await Promise.all([auth.flushLastUses(), people.flushLastSeen(), readings.flushLastSeen()])
      await audit.close()
      await bus.close()
      await redis?.close()
      await Promise.all(Object.values(pools).map((pool) => pool.close()))
    },
  }
}
