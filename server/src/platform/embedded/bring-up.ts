import { setTimeout as pause } from 'node:timers/promises'
import type { Binaries } from './binaries.ts'
import { diskFull } from './data-dir.ts'
import { answers } from './database.ts'
import { embeddedDatabaseError } from './errors.ts'
import { anyPort, choosePort } from './free-port.ts'
import type { Log } from './log.ts'
import type { PostgresLog } from './postgres-log.ts'
import { type Postmaster, type StartFailure, spawnPostmaster, waitUntilReady } from './postmaster.ts'
import { readPostmasterPid, removePostmasterPid } from './postmaster-pid.ts'
import { processesOf, roleOf } from './processes.ts'
import type { RunAs } from './run-as.ts'
import { endOrphans, shutDown } from './shut-down.ts'

/** One cluster and all it takes to run it. */
export type Cluster = {
  readonly dir: string
  readonly pgdata: string
  readonly password: string
  readonly binaries: Binaries
  readonly runAs: RunAs
  readonly postgresLog: PostgresLog
  readonly log: Log
}

type BringUpOptions = {
  /** Given for a restart: the pools of this process know that port and no other. */
  readonly port?: number
  readonly cancelled?: AbortSignal
  /** Called as soon as there is a process, ready or not, so that a stop in between finds it. */
  readonly onSpawn?: (postmaster: Postmaster) => void
}

const patienceMs = 5 * 60_000

/**
 * Brings PostgreSQL up whatever state the last one left: running (it is adopted), starting, recovering or
 * stopping (waited for), dead (its remains are cleared, it recovers by itself).
 *
 * @throws EmbeddedDatabaseError `database_did_not_start`, `port_taken`, `disk_full`, `database_password_wrong`
 */
export async function bringUp(cluster: Cluster, options: BringUpOptions = {}): Promise<Postmaster> {
  const { pgdata, log } = cluster
  const tick = patience(cluster, options.cancelled)
  let port = options.port
  let refusals = 0
  while (true) {
    tick()
    const found = await findPostmaster(cluster)
    if (found === 'busy') {
      await pause(20)
      continue
    }
    if (found !== undefined && found.port !== (options.port ?? found.port)) {
      await shutDown(found, cluster)
      continue
    }
    if (found !== undefined) {
      options.onSpawn?.(found)
      return found
    }
    await removePostmasterPid(pgdata)
    await endOrphans(pgdata, log)
    port ??= await choosePort(cluster.dir)
    const logOffset = await cluster.postgresLog.size()
    const postmaster = await spawnPostmaster({ ...cluster, port })
    options.onSpawn?.(postmaster)
    const failure = await waitUntilReady(postmaster, { ...cluster, logOffset, tick })
    if (failure === undefined) return postmaster
    if (failure.kind === 'disk_full') throw diskFull(cluster.dir)
    if (failure.kind === 'other' || ++refusals > 40) throw didNotStart(cluster, failure)
    log.warn({ port, reason: failure.reason }, 'PostgreSQL did not start, trying again')
    if (failure.kind === 'port_taken') {
      if (options.port !== undefined) throw portTaken(options.port)
      port = await anyPort()
    } else await pause(250)
  }
}

/**
 * @returns a ready postmaster that takes our password; `busy` for one to wait for; undefined when there is none,
 * also when the number in the file now belongs to another program
 */
async function findPostmaster(cluster: Cluster): Promise<Postmaster | 'busy' | undefined> {
  const { pgdata, dir, password, binaries, log } = cluster
  const file = await readPostmasterPid(pgdata)
  if (file === null || (await roleOf(file.pid, pgdata)) !== 'postmaster') {
    // One that has just begun has not written its file yet; one whose file was deleted ends within a minute.
    return (await processesOf(pgdata)).some(({ role }) => role === 'postmaster') ? 'busy' : undefined
  }
  if (file.status !== 'ready' || file.port === undefined) return 'busy'
  const found = { pid: file.pid, port: file.port, child: null }
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await answers({ port: file.port, password, dir })) return found
    const now = await readPostmasterPid(pgdata)
    if (now?.pid !== file.pid || now.status !== 'ready') return 'busy'
    await pause(100)
  }
  log.warn({ pid: file.pid, port: file.port }, 'a PostgreSQL left running does not answer, replacing it')
  await shutDown(found, { pgdata, binaries, log, patienceMs: 10_000 })
  return 'busy'
}

/** Says every five seconds what we wait for, and ends the waiting when it is cancelled or takes too long. */
function patience({ dir, postgresLog, log }: Cluster, cancelled: AbortSignal | undefined): () => void {
  const start = Date.now()
  let said = start
  return () => {
    cancelled?.throwIfAborted()
    const now = Date.now()
    const seconds = Math.round((now - start) / 1000)
    if (now - start > patienceMs) {
      throw embeddedDatabaseError(
        'database_did_not_start',
        `PostgreSQL in ${dir} is not ready after ${seconds} s (${postgresLog.path} says more). It goes on recovering: start again and it is waited for.`,
      )
    }
    if (now - said < 5_000) return
    said = now
    log.info({ seconds, log: postgresLog.path }, 'waiting for PostgreSQL: it recovers what was last written')
  }
}

function didNotStart({ dir, postgresLog }: Cluster, { kind, reason }: StartFailure): Error {
  const advice = kind === 'in_use' ? ': end the postgres processes that still use it, or restart the machine' : ''
  return embeddedDatabaseError(
    'database_did_not_start',
    `PostgreSQL did not start in ${dir}${advice}: ${reason} (${postgresLog.path} says more).`,
  )
}

function portTaken(port: number): Error {
  return embeddedDatabaseError('port_taken', `Port ${port} on 127.0.0.1 is taken by another program: end that one.`)
}
