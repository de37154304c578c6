import { readdir, readFile } from 'node:fs/promises'

/** Linux counts CPU time in hundredths of a second for programs (USER_HZ), whatever the kernel's own tick is. */
const tickMs = 10

export interface CpuMs {
  server: number
  postgres: number
}

/** CPU time used so far by the server and all of PostgreSQL; null where there is no /proc. */
export async function readCpu(pids: { pid: number; postmasterPid: number }): Promise<CpuMs | null> {
  if (process.platform !== 'linux') return null
  const server = await readStat(pids.pid)
  const postmaster = await readStat(pids.postmasterPid)
  const others = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const stats = await Promise.all(others.map((pid) => readStat(Number(pid))))
  const children = stats.filter((stat) => stat?.parent === pids.postmasterPid)
  // Those that have ended, such as a worker of autovacuum, are counted by their parent.
  const postgres = children.reduce((sum, stat) => sum + (stat?.ownMs ?? 0), 0)
  return {
    server: server?.ownMs ?? 0,
    postgres: postgres + (postmaster?.ownMs ?? 0) + (postmaster?.endedChildrenMs ?? 0),
  }
}

/** proc(5), /proc/[pid]/stat: fields 4 (ppid), 14 to 17 (utime, stime, cutime, cstime). */
async function readStat(pid: number) {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => null)
  if (text === null) return null
  // The name of the program, in parentheses, may hold anything.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const at = (field: number): number => fields[field - 3] ?? 0
  return { parent: at(4), ownMs: (at(14) + at(15)) * tickMs, endedChildrenMs: (at(16) + at(17)) * tickMs }
}
