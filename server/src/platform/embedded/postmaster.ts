import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import type { Binaries } from './binaries.ts'
import { tellsDiskFull } from './data-dir.ts'
import { errorCode } from './errors.ts'
import { lastFailure, type PostgresLog } from './postgres-log.ts'
import { readPostmasterPid } from './postmaster-pid.ts'
import { roleOf } from './processes.ts'
import { cleanEnvironment, type RunAs } from './run-as.ts'
import { serverFlags } from './settings.ts'

/** The main process of a running PostgreSQL. `child` is null for one that an earlier Plenum left running. */
export type Postmaster = { readonly pid: number; readonly port: number; readonly child: ChildProcess | null }

/** Why a postmaster went away before it was ready. */
export type StartFailure = {
  readonly kind: 'port_taken' | 'in_use' | 'disk_full' | 'other'
  readonly reason: string
}

type SpawnOptions = { pgdata: string; binaries: Binaries; runAs: RunAs; postgresLog: PostgresLog; port: number }

/** Starts a postmaster that outlives a Ctrl-C at our terminal: we finish our requests first, then stop it. */
export async function spawnPostmaster(options: SpawnOptions): Promise<Postmaster> {
  const { pgdata, binaries, runAs, postgresLog, port } = options
  const flags = await serverFlags(port)
  const [file, ...args] = [...runAs.prefix, binaries.postgres, '-D', pgdata, ...flags] as [string, ...string[]]
  const log = await postgresLog.openForAppend()
  try {
    const child = spawn(file, args, {
      ...runAs.ids,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: cleanEnvironment(),
      cwd: '/',
      windowsHide: true,
    })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    child.unref()
    return { pid: child.pid as number, port, child }
  } finally {
    await log.close()
  }
}

/** Resolves when the postmaster says it is ready (undefined), or has gone (why). `tick` is called while it waits. */
export async function waitUntilReady(
  postmaster: Postmaster,
  options: { pgdata: string; postgresLog: PostgresLog; logOffset: number; tick: () => void },
): Promise<StartFailure | undefined> {
  while (true) {
    const file = await readPostmasterPid(options.pgdata)
    if (file?.pid === postmaster.pid && file.status === 'ready') return undefined
    if (!(await isRunning(postmaster, options.pgdata))) {
      return explain(await options.postgresLog.readSince(options.logOffset))
    }
    options.tick()
    await pause(10)
  }
}

export async function isRunning({ pid, child }: Postmaster, pgdata: string): Promise<boolean> {
  if (child !== null) return child.exitCode === null && child.signalCode === null
  return (await roleOf(pid, pgdata)) === 'postmaster'
}

/** Reads the reason out of the log; messages are in English, the cluster's locale is C. */
export function explain(log: string): StartFailure {
  const reason = lastFailure(log) ?? log.trim().split('\n').at(-1) ?? ''
  if (/could not create any TCP\/IP sockets|Address already in use/.test(log)) return { kind: 'port_taken', reason }
  if (/pre-existing shared memory block|lock file "postmaster\.pid"/.test(log)) return { kind: 'in_use', reason }
  if (tellsDiskFull(log)) return { kind: 'disk_full', reason }
  return { kind: 'other', reason: reason === '' ? 'it ended without a word' : reason }
}

/** Sends a signal; a process that is gone already is fine. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error
  }
}
