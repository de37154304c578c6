import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** What a running postmaster says about itself in `postmaster.pid` (PostgreSQL's miscadmin.h has the lines). */
export type PostmasterPid = {
  readonly pid: number
  readonly port: number | undefined
  readonly status: 'starting' | 'stopping' | 'ready' | 'standby' | undefined
}

const statuses = ['starting', 'stopping', 'ready', 'standby'] as const

/** @returns null when there is no such file, or nothing in it that names a process */
export async function readPostmasterPid(pgdata: string): Promise<PostmasterPid | null> {
  const text = await readFile(pidFile(pgdata), 'utf8').catch(() => '')
  return parsePostmasterPid(text)
}

export function parsePostmasterPid(text: string): PostmasterPid | null {
  const lines = text.split('\n')
  // A negative number is a standalone backend (initdb, --single).
  const pid = Math.abs(Number(lines[0]))
  if (!Number.isInteger(pid) || pid === 0) return null
  const port = Number(lines[3])
  const word = lines[7]?.trim()
  return {
    pid,
    port: Number.isInteger(port) && port > 0 ? port : undefined,
    status: statuses.find((status) => status === word),
  }
}

/** Only for a file whose process is known to be gone or to be another program. */
export async function removePostmasterPid(pgdata: string): Promise<void> {
  await rm(pidFile(pgdata), { force: true })
}

function pidFile(pgdata: string): string {
  return join(pgdata, 'postmaster.pid')
}
