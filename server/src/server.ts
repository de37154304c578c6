import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import {
  type App,
  type EmbeddedDatabase,
  migrate,
  migrateJobs,
  startEmbeddedDatabase,
  startJobs,
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
}

/** What the person who starts the server can mend; the message is one line. */
export class StartError extends Error {}

/** Starts database, services, jobs and HTTP as the configuration says; on failure nothing is left running. */
export async function startServer(config: Config, log: Logger): Promise<RunningServer> {
  await using starting = new AsyncDisposableStack()
  let embedded: EmbeddedDatabase | null = null
  if (config.databaseUrl === null) {
    embedded = await startEmbeddedDatabase({ dataDir: config.dataDir, log })
    starting.defer(embedded.stop)
  }
  const databaseUrl = config.databaseUrl ?? (embedded as EmbeddedDatabase).url
  await migrate(databaseUrl, log)
  await migrateJobs(databaseUrl)

  const { replicaUrl, publicUrl, role } = config
  const address = addressOf(config.host, config.port)
  const services = await createServices({ databaseUrl, replicaUrl, publicUrl, address, log, clock: systemClock })
  starting.defer(services.close)
  await services.readings.makePartitionsAhead()

  if (role !== 'web') {
    const jobs = await startJobs({ url: databaseUrl, log, scheduled: scheduledJobs(services) })
    starting.defer(jobs.stop)
  }
  const { metricsToken } = config
  const app =
    role === 'worker'
      ? buildWorkerApp(services, { log, metricsToken })
      : await buildApp(services, { log, metricsToken, webDir })
  starting.defer(() => app.close())
  const port = await listen(app, config)

  const running = starting.move()
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= running.disposeAsync())
  return { address: addressOf(config.host, port), services, embedded, stop }
}

const scheduledJobs = (services: Services) => [
  { name: 'make_partitions_ahead', schedule: '7 * * * *', run: () => services.readings.makePartitionsAhead() },
  { name: 'drop_expired_sessions', schedule: '23 3 * * *', run: () => services.auth.dropExpiredSessions() },
]

async function listen(app: App, { host, port }: Config): Promise<number> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new StartError(`PLENUM_PORT: port ${port} on ${host} is taken by another program; set another port`)
    if (code === 'EACCES')
      throw new StartError(`PLENUM_PORT: this user may not listen on port ${port}; set one above 1023`)
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new StartError(`PLENUM_HOST: "${host}" is not an address of this machine`)
    throw error
  }
  return (app.server.address() as AddressInfo).port
}

/** Every address of the machine is nothing a browser can open; localhost is one of them. */
function addressOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}`
}
