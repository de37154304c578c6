import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename } from 'node:path'
import { promisify } from 'node:util'
import { errorCode } from './errors.ts'

/** Whether there is a process of that number, ours or not. A zombie counts: see `roleOf`. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

/** The postmaster is the main process of a cluster; its children (backends, checkpointer …) do the work. */
export type Role = 'postmaster' | 'child'

/**
 * What a process is to this cluster. Numbers are used again (in containers soon), and a dead process stays
 * listed until its parent asks for it, so a number alone says nothing.
 */
export async function roleOf(pid: number, pgdata: string): Promise<Role | undefined> {
  if (!isAlive(pid)) return undefined
  if (process.platform === 'win32') return 'postmaster'
  if (process.platform !== 'linux') {
    const ps = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
    return ps.stdout.includes('postgres') && ps.stdout.includes(pgdata) ? 'postmaster' : undefined
  }
  const [cwd, commandLine] = await Promise.all([
    readlink(`/proc/${pid}/cwd`).catch(() => ''),
    readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
  ])
  const argv = commandLine.split('\0')
  // The first milliseconds of a postmaster still are under the name of unshare, and elsewhere.
  if (argv.includes(pgdata) && argv.some((word) => basename(word) === 'postgres')) return 'postmaster'
  // Children rewrite their command line ("postgres: checkpointer"), and work in the cluster's folder.
  return cwd === pgdata && /^postgres\b/.test(basename(argv[0]?.split(' ')[0] ?? '')) ? 'child' : undefined
}

/** All processes of a cluster, also those whose postmaster is dead. Linux only; elsewhere an empty list. */
export async function processesOf(pgdata: string): Promise<{ pid: number; role: Role }[]> {
  if (process.platform !== 'linux') return []
  const pids = (await readdir('/proc')).map(Number).filter((pid) => Number.isInteger(pid) && pid !== process.pid)
  const roles = await Promise.all(pids.map(async (pid) => ({ pid, role: await roleOf(pid, pgdata) })))
  return roles.filter((each): each is { pid: number; role: Role } => each.role !== undefined)
}
