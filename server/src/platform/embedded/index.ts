import { findBinaries } from './binaries.ts'
import { bringUp, type Cluster } from './bring-up.ts'
import { ensureCluster, readPassword } from './cluster.ts'
import { dataDirError, openDataDir } from './data-dir.ts'
import { databaseUrl, ensureDatabase } from './database.ts'
import { rememberPort } from './free-port.ts'
import { type InstanceLock, lockDataDir } from './instance-lock.ts'
import type { Log } from './log.ts'
import { replaceLostPassword } from './lost-password.ts'
import { postgresLog } from './postgres-log.ts'
import { chooseRunAs } from './run-as.ts'
import { shutDown } from './shut-down.ts'
import { supervise } from './supervise.ts'

export { isEmbeddedDatabaseError } from './errors.ts'
export { findInstance, lockDataDir } from './instance-lock.ts'
export type { Log } from './log.ts'
export { runningDatabaseUrl } from './running-database.ts'

export type EmbeddedDatabase = {
  /** `postgres://plenum:<password>@127.0.0.1:<port>/plenum`; good for as long as this process lives. */
  readonly url: string
  readonly port: number
  /** The database was made by this start and is empty. */
  readonly fresh: boolean
  /** A server that an earlier, killed Plenum left running was taken over. */
  readonly adopted: boolean
  /** Changes when the server died and was restarted. */
  readonly postmasterPid: number
  /** Tells `findInstance` where this process listens. */
  readonly announce: InstanceLock['announce']
  /** Shuts the server down and gives the data directory free. Resolves when it is gone; twice is fine. */
  stop(): Promise<void>
}

/**
 * Starts PostgreSQL in a data directory, and keeps it running until `stop`: the first time it sets a database
 * up, after a crash it recovers, and when the server dies it is restarted on the same port.
 *
 * @example
 * const database = await startEmbeddedDatabase({ dataDir: './data', log })
 * const pool = new Pool({ connectionString: database.url })
 * …
 * await pool.end()
 * await database.stop()
 *
 * @throws EmbeddedDatabaseError whose message is one line for the person who started it
 */
export async function startEmbeddedDatabase(options: { dataDir: string; log: Log }): Promise<EmbeddedDatabase> {
  const binaries = await findBinaries()
  const dir = await openDataDir(options.dataDir)
  let lock: InstanceLock | undefined
  try {
    lock = await lockDataDir(dir)
    const runAs = await chooseRunAs(dir, binaries)
    const pgdata = await ensureCluster(dir, binaries, runAs)
    const base = { dir, pgdata, binaries, runAs, postgresLog: postgresLog(dir), log: options.log }
    await base.postgresLog.rotate()
    const password = (await readPassword(dir)) ?? (await replaceLostPassword(base))
    return await run({ ...base, password }, lock)
  } catch (error) {
    await lock?.release()
    throw dataDirError(dir, error)
  }
}

async function run(cluster: Cluster, lock: InstanceLock): Promise<EmbeddedDatabase> {
  const { dir, password, log } = cluster
  const first = await bringUp(cluster)
  const { port } = first
  const adopted = first.child === null
  let fresh: boolean
  try {
    fresh = await ensureDatabase({ port, password, dir })
    await rememberPort(dir, port)
  } catch (error) {
    await shutDown(first, cluster)
    throw error
  }
  const supervision = supervise(cluster, first)
  const rotation = setInterval(() => {
    cluster.postgresLog.rotate().catch((error: unknown) => log.warn({ err: error }, 'postgres.log was not rotated'))
  }, 60_000).unref()
  log.info({ port, pid: first.pid, fresh, adopted, dir }, 'PostgreSQL is ready')

  let stopped: Promise<void> | undefined
  async function stop(): Promise<void> {
    clearInterval(rotation)
    await supervision.end()
    await shutDown(supervision.current(), cluster)
    // Last, so that nobody starts a second server beside one that is still shutting down.
    await lock.release()
    log.info({ port }, 'PostgreSQL has stopped')
  }
  return {
    url: databaseUrl({ port, password }),
    port,
    fresh,
    adopted,
    get postmasterPid() {
      return supervision.current().pid
    },
    announce: lock.announce,
    stop: () => (stopped ??= stop()),
  }
}
