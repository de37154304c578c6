import type { Cluster } from './bring-up.ts'
import { resetPassword } from './cluster.ts'
import { readPostmasterPid, removePostmasterPid } from './postmaster-pid.ts'
import { roleOf } from './processes.ts'
import { endOrphans, shutDown } from './shut-down.ts'

/** Gives a cluster whose password file is lost a new one. Its server, if one is left running, is stopped first. */
export async function replaceLostPassword(cluster: Omit<Cluster, 'password'>): Promise<string> {
  const { dir, pgdata, binaries, runAs, log } = cluster
  const file = await readPostmasterPid(pgdata)
  if (file !== null && (await roleOf(file.pid, pgdata)) === 'postmaster') {
    await shutDown({ pid: file.pid, port: file.port ?? 0, child: null }, cluster)
  }
  await removePostmasterPid(pgdata)
  await endOrphans(pgdata, log)
  const password = await resetPassword(dir, pgdata, binaries, runAs)
  log.warn({ dir }, 'the file with the database password was lost, a new password is set')
  return password
}
