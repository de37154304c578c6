import { type Log, runningDatabaseUrl, startEmbeddedDatabase, systemClock } from '#platform'
import type { Config } from '../config.ts'
import { migrateDatabase } from '../server.ts'
import { createServices, type Services } from '../services.ts'

/**
 * Runs work on the services of this installation, without HTTP: on the external database, on the embedded one of the
 * server that runs now, or on the embedded one started for as long as it takes.
 */
export async function withServices<T>(
  config: Config,
  log: Log,
  asked: AbortSignal,
  work: (services: Services) => Promise<T>,
): Promise<T> {
  await using opened = new AsyncDisposableStack()
  let databaseUrl = config.databaseUrl ?? (await runningDatabaseUrl(config.dataDir))
  if (databaseUrl === null) {
    const embedded = await startEmbeddedDatabase({ dataDir: config.dataDir, log })
    opened.defer(embedded.stop)
    databaseUrl = embedded.url
  }
  asked.throwIfAborted()
  const { publicUrl, storage } = config
  await migrateDatabase(databaseUrl, config.databaseUrl === null ? config.dataDir : 'DATABASE_URL', log, storage)
  const address = publicUrl ?? 'http://localhost'
  const services = await createServices({
    databaseUrl,
    replicaUrl: null,
    publicUrl,
    storage,
    address,
    log,
    clock: systemClock,
  })
  opened.defer(services.close)
  asked.throwIfAborted()
  // Awaited here, or everything would be closed before the work is done.
  return await work(services)
}
