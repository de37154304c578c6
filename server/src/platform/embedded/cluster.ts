import { randomBytes } from 'node:crypto'
import { chown, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { diskFull, readDataFile, tellsDiskFull, unfinished, writeDataFile } from './data-dir.ts'
import { embeddedDatabaseError, errorCode } from './errors.ts'
import { type RunAs, run } from './run-as.ts'

export const user = 'plenum'
export const passwordFile = 'postgres.password'

/** initdb works in a folder of this name, which becomes `pgdata` when all is done. */
const newCluster = 'pgdata.new-'

/**
 * Makes the cluster if there is none. Killed in the middle it leaves nothing behind that the next start
 * would mistake for a cluster: the folder gets its name last.
 *
 * @returns its folder
 * @throws EmbeddedDatabaseError `data_dir_wrong_version`, `data_dir_not_a_cluster`, `disk_full`, `database_did_not_start`
 */
export async function ensureCluster(dir: string, binaries: Binaries, runAs: RunAs): Promise<string> {
  const pgdata = join(dir, 'pgdata')
  await removeUnfinished(dir)
  const version = await readVersion(pgdata)
  if (version === undefined) await initialise(dir, pgdata, binaries, runAs)
  else if (version !== String(binaries.major)) throw wrongVersion(pgdata, version, binaries.major)
  return pgdata
}

export async function readPassword(dir: string): Promise<string | undefined> {
  const password = (await readDataFile(dir, passwordFile))?.trim()
  return password === '' ? undefined : password
}

/**
 * Sets a new password where the file of the old one is lost. Only while no server runs: it talks to the
 * cluster as PostgreSQL's single user, which needs none.
 */
export async function resetPassword(dir: string, pgdata: string, binaries: Binaries, runAs: RunAs): Promise<string> {
  const password = newPassword()
  const sql = `ALTER ROLE ${user} PASSWORD '${password}'\n`
  const { code, output } = await run(runAs, binaries.postgres, ['--single', '-D', pgdata, 'postgres'], sql)
  if (code !== 0 || /\b(ERROR|FATAL|PANIC):/.test(output)) {
    throw embeddedDatabaseError(
      'database_did_not_start',
      `${join(dir, passwordFile)} is missing and a new password could not be set (${tellingLine(output)}): put the file back from a backup.`,
    )
  }
  await writeDataFile(dir, passwordFile, `${password}\n`)
  return password
}

/** An empty folder is as good as none: it may have been made beforehand, with rights of its own. */
async function readVersion(pgdata: string): Promise<string | undefined> {
  try {
    return (await readFile(join(pgdata, 'PG_VERSION'), 'utf8')).trim()
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
  const names = await readdir(pgdata).catch(() => [])
  if (names.length === 0) return undefined
  throw embeddedDatabaseError(
    'data_dir_not_a_cluster',
    `${pgdata} holds files but no database (PG_VERSION is missing): move it away, or set PLENUM_DATA_DIR to another folder.`,
  )
}

async function initialise(dir: string, pgdata: string, binaries: Binaries, runAs: RunAs): Promise<void> {
  await writeDataFile(dir, passwordFile, `${newPassword()}\n`)
  // A name of its own each time: an initdb that outlived its killed parent can't disturb this one.
  const fresh = join(dir, newCluster + randomBytes(4).toString('hex'))
  await mkdir(fresh, { mode: 0o700 })
  if (runAs.owner !== undefined) {
    await chown(fresh, runAs.owner.uid, runAs.owner.gid)
    await chown(join(dir, passwordFile), runAs.owner.uid, runAs.owner.gid)
  }
  const { code, output } = await run(runAs, binaries.initdb, [
    `--pgdata=${fresh}`,
    `--username=${user}`,
    `--pwfile=${join(dir, passwordFile)}`,
    '--auth=scram-sha-256',
    '--data-checksums',
    '--encoding=UTF8',
    // Built into PostgreSQL: needs no locale of the system, and its order never changes under an index.
    // Where people read a sorted list, ask for COLLATE "und-x-icu".
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ])
  if (code !== 0) {
    await rm(fresh, { recursive: true, force: true }).catch(() => {})
    if (tellsDiskFull(output)) throw diskFull(dir)
    throw embeddedDatabaseError(
      'database_did_not_start',
      `The database could not be set up in ${dir}: ${tellingLine(output)}`,
    )
  }
  await rename(fresh, pgdata)
  await syncFolder(dir)
}

/** What starts that were killed have left. Only the owner of the data directory may do this. */
async function removeUnfinished(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    // One whose initdb still runs may fill up again while it is removed; then the next start removes it.
    if (name.startsWith(newCluster) || name.endsWith(unfinished))
      await rm(join(dir, name), { recursive: true, force: true }).catch(() => {})
  }
}

async function syncFolder(dir: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(dir, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function newPassword(): string {
  return randomBytes(32).toString('hex')
}

function tellingLine(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  const telling = lines.find((line) => /error|FATAL|PANIC/.test(line)) ?? lines.at(-1) ?? 'no output'
  return telling.trim()
}

function wrongVersion(pgdata: string, version: string, major: number): Error {
  return embeddedDatabaseError(
    'data_dir_wrong_version',
    `The database in ${pgdata} was made by PostgreSQL ${version}, this Plenum brings PostgreSQL ${major}: dump it with the Plenum version that made it and restore the dump here, or set PLENUM_DATA_DIR to another folder.`,
  )
}
