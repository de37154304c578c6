import { join, resolve } from 'node:path'
import { readPassword } from './cluster.ts'
import { databaseUrl } from './database.ts'
import { findInstance } from './instance-lock.ts'
import { readPostmasterPid } from './postmaster-pid.ts'

/**
 * Address of the embedded database that a running Plenum keeps in this data directory, for commands that work beside
 * it; null where none runs. Whoever may read the directory may do everything in it.
 */
export async function runningDatabaseUrl(dataDir: string): Promise<string | null> {
  const dir = resolve(dataDir)
  if ((await findInstance(dir)) === null) return null
  const [postmaster, password] = await Promise.all([readPostmasterPid(join(dir, 'pgdata')), readPassword(dir)])
  if (postmaster?.port === undefined || password === undefined) return null
  return databaseUrl({ port: postmaster.port, password })
}
