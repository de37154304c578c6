import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import {
  type App,
  connectDirectly,
  type EmbeddedDatabase,
  findInstance,
  type Log,
  migrate,
  migrateJobs,
  openDatabase,
  startEmbeddedDatabase,
  startJobs,
  type Storage,
  systemClock,
} from '#platform'
import { buildApp, buildWorkerApp } from './app.ts'
import type { Config } from './config.ts'
import { createServices, type Services } from './services.ts'
import { webDir } from './web-build.ts'

export interface RunningServer {
  /** What a browser on this machine opens. */
  address: string
  services: Services
  /** The embedded database, where that is the one in use. */
  embedded: EmbeddedDatabase | null
  /** Answers what was accepted, then closes everything. Twice is fine. */
  stop(): Promise<void>
  /** Waits no longer for those who are still being answered. */
  cutOff(): void
}

/** What the person who starts the server can mend; the message is one line. */
export class StartError extends Error {}

/** A job that does not end by then is begun again elsewhere: the queue knows that it was not done. */
const jobsPatienceMs = 10_000
/** A connection that is still in use by then is one whose query nobody waits for. */
const poolPatienceMs = 5_000
const lookForIdleMs = 50

/**
 * Starts database, services, jobs and HTTP as the configuration says; on failure nothing is left running.
 * @throws StartError, and the reason of `asked` when that is aborted before the start is through
 */
export async function startServer(config: Config, log: Logger, asked?: AbortSignal): Promise<RunningServer> {
  await using starting = new AsyncDisposableStack()
  await refuseTakenPort(config)
  let embedded: EmbeddedDatabase | null = null
  if (config.databaseUrl === null) {
    embedded = await startEmbeddedDatabase({ dataDir: config.dataDir, log })
    starting.defer(embedded.stop)
  }
  asked?.throwIfAborted()
  const databaseUrl = config.databaseUrl ?? (embedded as EmbeddedDatabase).url
  await Promise.all([
    migrateDatabase(databaseUrl, embedded === null ? 'DATABASE_URL' : config.dataDir, log, config.storage),
    refuseWrongReplica(config, log),
  ])
  asked?.throwIfAborted()

  const { replicaUrl, redisUrl, publicUrl, role, storage, sessionLife, openid } = config
  const address = addressOf(config.host, config.port)
  const services = await createServices({
    databaseUrl,
    replicaUrl,
    redisUrl,
    publicUrl,
    storage,
    address,
    role,
    dataDir: embedded && config.dataDir,
    sessionLife,
    openid,
    log,
    clock: systemClock,
  })
  starting.defer(() => atMost(poolPatienceMs, services.close(), 'database connections', log))
  await services.readings.makePartitionsAhead()
  await services.system.start(scheduledJobs(services))
  starting.defer(() => atMost(poolPatienceMs, services.system.stop(), 'what other instances are told', log))

  if (services.worker !== null) {
    const onEnded = services.system.jobEnded
    const jobs = await startJobs({ pool: services.worker.pool, log, scheduled: scheduledJobs(services), onEnded })
    starting.defer(() => atMost(jobsPatienceMs, jobs.stop(), 'jobs', log))
  }
  const { metricsToken, trustedProxies } = config
  const settings = { log, metricsToken, trustedProxies, overTls: publicUrl?.startsWith('https:') ?? false }
  const app = role === 'worker' ? buildWorkerApp(services, settings) : await buildApp(services, { ...settings, webDir })
  starting.defer(() => closeApp(app))
  asked?.throwIfAborted()
  const port = await listen(app, config)

  const running = starting.move()
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= running.disposeAsync())
  return {
    address: addressOf(config.host, port),
    services,
    embedded,
    stop,
    cutOff: () => app.server.closeAllConnections(),
  }
}

/**
 * Brings a database to this version, the queue's tables included. Whatever stops that is for the person to mend who
 * owns the database (an address, a right, another version), so it is told in one line.
 * @param name what the line begins with: the variable, or the data directory
 * @throws StartError
 */
export async function migrateDatabase(url: string, name: string, log: Log, storage?: Storage): Promise<string[]> {
  try {
    const applied = await migrate(url, log, storage)
    const database = openDatabase({ url, name: 'plenum migrate', keep: 0, max: 2, statementTimeoutMs: 0, log })
    await migrateJobs(database.pool).finally(database.close)
    return applied
  } catch (error) {
    throw databaseError(name, error)
  }
}

function databaseError(name: string, error: unknown): StartError {
  const [first] = error instanceof AggregateError ? (error.errors as Error[]) : []
  const { message } = first ?? (error as Error)
  const line = message.replace(/\s*\n\s*/g, ' ')
  return new StartError(line.startsWith(name) || line.startsWith('PLENUM_STORAGE:') ? line : `${name}: ${line}`, {
    cause: error,
  })
}

/** A replica that is away is lived with; one that can't be the right one is said at once. */
async function refuseWrongReplica({ replicaUrl }: Config, log: Log): Promise<void> {
  if (replicaUrl === null) return
  const name = 'DATABASE_REPLICA_URL'
  try {
    const client = await connectDirectly(replicaUrl, 'plenum start')
    await client.end()
  } catch (error) {
    const { code = '' } = error as { code?: string }
    if (/^(28...|3D000|ENOTFOUND)$/.test(code)) throw databaseError(name, error)
    log.warn({ err: error }, `${name}: the replica does not answer`)
  }
}

const scheduledJobs = (services: Services) => [
  { name: 'make_partitions_ahead', schedule: '7 * * * *', run: () => services.readings.makePartitionsAhead() },
  { name: 'seal_closed_days', schedule: '*/5 * * * *', run: () => services.readings.seal() },
  { name: 'drop_expired_readings', schedule: '41 * * * *', run: () => services.readings.dropExpired() },
  { name: 'drop_expired_sessions', schedule: '23 3 * * *', run: () => services.auth.dropExpiredSessions() },
  { name: 'drop_expired_samples', schedule: '53 * * * *', run: () => services.system.dropExpired() },
  { name: 'drop_expired_links', schedule: '29 3 * * *', run: () => services.people.dropExpiredLinks() },
]

/** Looked at first, since making a database takes seconds. That the data directory is in use says more, though. */
async function refuseTakenPort(config: Config): Promise<void> {
  const { host, port, databaseUrl, dataDir } = config
  if (port === 0) return
  // What is wrong with the directory, if it can't even be looked at, is said when it is opened.
  if (databaseUrl === null && (await findInstance(dataDir).catch(() => null)) !== null) return
  const probe = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject)
      probe.listen({ host, port }, resolve)
    })
  } catch (error) {
    throw listenError(error, config)
  } finally {
    await new Promise((resolve) => probe.close(resolve))
  }
}

async function listen(app: App, config: Config): Promise<number> {
  try {
    await app.listen({ host: config.host, port: config.port })
  } catch (error) {
    throw listenError(error, config)
  }
  return (app.server.address() as AddressInfo).port
}

function listenError(error: unknown, { host, port }: Config): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE')
    return new StartError(`PLENUM_PORT: port ${port} on ${host} is taken by another program; set another port`)
  if (code === 'EACCES')
    return new StartError(`PLENUM_PORT: this user may not listen on port ${port}; set one above 1023`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EINVAL')
    return new StartError(`PLENUM_HOST: "${host}" is not an address of this machine`)
  return error
}

/** A connection that was in use when the closing began stays open when it falls idle, until somebody looks again. */
async function closeApp(app: App): Promise<void> {
  const looking = setInterval(() => app.server.closeIdleConnections(), lookForIdleMs)
  try {
    await app.close()
  } finally {
    clearInterval(looking)
  }
}

/** Every address of the machine is nothing a browser can open; localhost is one of them. */
function addressOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}`
}

/** Waits for an end, but not for ever: what is closed after it must be closed. */
async function atMost(ms: number, end: Promise<void>, what: string, log: Log): Promise<void> {
  const patience = new AbortController()
  const timeout = pause(ms, 'late' as const, { signal: patience.signal }).catch(() => undefined)
  try {
    if ((await Promise.race([end, timeout])) === 'late') log.warn({ what, ms }, 'did not end in time, left behind')
  } finally {
    patience.abort()
  }
}
