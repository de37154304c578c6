import { accessSync, constants, existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { giveToOwner, openDataDir, readDataFile, writeDataFile } from './data-dir.ts'
import { embeddedDatabaseError, errorCode } from './errors.ts'
import { isAlive } from './processes.ts'

/** What the owner of a data directory tells others about itself. */
type InstanceInfo = { readonly address?: string }
type Instance = InstanceInfo & { readonly pid: number }

export type InstanceLock = {
  /** Tells other commands where this instance listens, e.g. `{ address: 'http://127.0.0.1:3000' }`. */
  announce(info: InstanceInfo): Promise<void>
  release(): Promise<void>
}

const lockName = 'instance.lock'
const infoName = 'instance.json'

/** A lock whose database object were collected as garbage would open by itself, so held ones are kept here. */
const held = new Set<DatabaseSync>()

/**
 * Makes this process the only owner of a data directory until `release`, or until it dies, however it dies.
 *
 * The lock is the kernel's own on a file: it vanishes with its process, so there is no stale lock to clear away
 * and no race in doing so, and it holds between containers that share a folder. Node has no call for it, but
 * SQLite does: an exclusive transaction on an empty database that is never written. (Opening that file by other
 * means in this process would lose the lock when it is closed again, as POSIX wants it; nobody has a reason to.)
 *
 * @throws EmbeddedDatabaseError `data_dir_in_use`, and those of `openDataDir`
 */
export async function lockDataDir(dataDir: string): Promise<InstanceLock> {
  const dir = await openDataDir(dataDir)
  const lock = await tryLock(dir)
  if (lock === undefined) throw inUse(dir, await readInfo(dir))
  const announce = (info: InstanceInfo) =>
    writeDataFile(dir, infoName, `${JSON.stringify({ ...info, pid: process.pid })}\n`)
  try {
    await giveToOwner(dir, join(dir, lockName))
    await announce({})
  } catch (error) {
    close(lock)
    throw error
  }
  return {
    announce,
    async release() {
      close(lock)
    },
  }
}

/** The running owner of a data directory, or null: so that a command finds the server it shall talk to. */
export async function findInstance(dataDir: string): Promise<Instance | null> {
  const dir = resolve(dataDir)
  if (!existsSync(join(dir, lockName)) || !isLocked(join(dir, lockName))) return null
  return (await readInfo(dir)) ?? null
}

/** Tries for a moment: a reader (`findInstance`) may hold the file for some microseconds. */
async function tryLock(dir: string): Promise<DatabaseSync | undefined> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const lock = lockFile(join(dir, lockName))
    if (lock !== 'busy') return lock
    await pause(20)
  }
  return undefined
}

function lockFile(path: string): DatabaseSync | 'busy' {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { timeout: 0 })
    // In memory: with the journal off, SQLite writes a page at once, and a full disk would refuse the lock.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    // Where it may only read, SQLite makes do with a shared transaction and says nothing.
    accessSync(path, constants.W_OK)
    held.add(database)
    return database
  } catch (error) {
    database?.close()
    if (isBusy(error)) return 'busy'
    throw embeddedDatabaseError(
      'data_dir_not_writable',
      `The lock file ${path} cannot be opened (${(error as Error).message}): give this user the right to write it, or set PLENUM_DATA_DIR to another folder.`,
      error,
    )
  }
}

function isLocked(path: string): boolean {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 0 })
  try {
    database.prepare('SELECT count(*) FROM sqlite_master').get()
    return false
  } catch (error) {
    if (isBusy(error)) return true
    throw error
  } finally {
    database.close()
  }
}

function isBusy(error: unknown): boolean {
  return errorCode(error) === 'ERR_SQLITE_ERROR' && (error as { errcode?: number }).errcode === 5
}

function close(database: DatabaseSync): void {
  if (held.delete(database)) database.close()
}

/**
 * The owner writes its name right after it has the lock, so a dead name means: look again.
 * After a while it is taken as it is: the owner may live in another container, where pids differ.
 */
async function readInfo(dir: string): Promise<Instance | undefined> {
  let info: Instance | undefined
  for (let attempt = 0; attempt < 25; attempt++) {
    const text = await readDataFile(dir, infoName)
    info = text === undefined ? undefined : (JSON.parse(text) as Instance)
    if (info !== undefined && isAlive(info.pid)) return info
    await pause(20)
  }
  return info
}

function inUse(dir: string, owner: Instance | undefined): Error {
  const who = owner === undefined ? 'another Plenum process' : `Plenum process ${owner.pid}`
  const where = owner?.address === undefined ? '' : ` (${owner.address})`
  return embeddedDatabaseError(
    'data_dir_in_use',
    `The data directory ${dir} is in use by ${who}${where}: stop that one first, or set PLENUM_DATA_DIR to another folder.`,
  )
}
