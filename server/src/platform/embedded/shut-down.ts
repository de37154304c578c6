import { execFile } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Binaries } from './binaries.ts'
import type { Log } from './log.ts'
import { isRunning, type Postmaster, signal } from './postmaster.ts'
import { processesOf } from './processes.ts'

type ShutDownOptions = { pgdata: string; binaries: Binaries; log: Log; patienceMs?: number }

/**
 * Stops a PostgreSQL: fast (clients are cut off, all is written to disk), then after 30 s immediate (the next
 * start recovers from the log; nothing committed is lost), then by force. Resolves when the process is gone.
 */
export async function shutDown(postmaster: Postmaster, options: ShutDownOptions): Promise<void> {
  const { pgdata, binaries, log, patienceMs = 30_000 } = options
  const { pid } = postmaster
  await tell(pid, 'SIGINT', binaries)
  if (await isGone(postmaster, pgdata, patienceMs)) return
  log.warn({ pid }, 'PostgreSQL did not shut down in time, ending it at once; it will recover at the next start')
  await tell(pid, 'SIGQUIT', binaries)
  if (await isGone(postmaster, pgdata, 10_000)) return
  log.warn({ pid }, 'PostgreSQL does not answer, killing it; it will recover at the next start')
  await tell(pid, 'SIGKILL', binaries)
  await isGone(postmaster, pgdata, 10_000)
  await endOrphans(pgdata, log)
}

/**
 * Ends what a dead postmaster left behind. Its children notice by themselves, at once when idle; one that does
 * not would keep the shared memory, and a new server refuses to start beside it. Committed data is in the log.
 */
export async function endOrphans(pgdata: string, log: Log): Promise<void> {
  const steps = [
    { waitMs: 1_000, name: 'SIGQUIT' },
    { waitMs: 2_000, name: 'SIGKILL' },
    { waitMs: 5_000, name: undefined },
  ] as const
  for (const { waitMs, name } of steps) {
    const deadline = Date.now() + waitMs
    let pids = await pidsOf(pgdata)
    while (pids.length > 0 && Date.now() < deadline) {
      await pause(20)
      pids = await pidsOf(pgdata)
    }
    if (pids.length === 0) return
    if (name === undefined) log.error({ pids }, 'processes of a dead PostgreSQL do not end')
    else {
      log.warn({ pids, signal: name }, 'ending processes that a dead PostgreSQL left behind')
      for (const pid of pids) signal(pid, name)
    }
  }
}

async function pidsOf(pgdata: string): Promise<number[]> {
  return (await processesOf(pgdata)).map(({ pid }) => pid)
}

async function isGone(postmaster: Postmaster, pgdata: string, patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs
  while (await isRunning(postmaster, pgdata)) {
    if (Date.now() > deadline) return false
    await pause(10)
  }
  return true
}

/** Windows has no signals; pg_ctl speaks PostgreSQL's own replacement. */
async function tell(pid: number, name: 'SIGINT' | 'SIGQUIT' | 'SIGKILL', binaries: Binaries): Promise<void> {
  if (process.platform !== 'win32' || name === 'SIGKILL') return signal(pid, name)
  await promisify(execFile)(binaries.pgCtl, ['kill', name.slice(3), String(pid)]).catch(() => {})
}
