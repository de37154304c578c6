import { randomBytes } from 'node:crypto'
import { chown, mkdir, mkdtemp, open, readFile, realpath, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { embeddedDatabaseError, errorCode } from './errors.ts'

/**
 * Makes the data directory (0700) if it is missing, and proves that it can be written to.
 * @returns its real path: the same directory has one name whatever links lead to it
 * @throws EmbeddedDatabaseError `data_dir_not_a_folder`, `data_dir_not_writable`, `disk_full`
 */
export async function openDataDir(dataDir: string): Promise<string> {
  const wanted = resolve(dataDir)
  try {
    await makeFolder(wanted)
    const dir = await realpath(wanted)
    await rmdir(await mkdtemp(join(dir, '.writable-')))
    return dir
  } catch (error) {
    throw dataDirError(wanted, error)
  }
}

/** Not mkdir's `recursive`, which never returns in Node 24 where a folder answers ENOENT to all (/proc). */
async function makeFolder(path: string, mode = 0o700): Promise<void> {
  const make = () =>
    mkdir(path, { mode }).catch(async (error: unknown) => {
      if (errorCode(error) !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error
    })
  try {
    await make()
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error
    await makeFolder(dirname(path), 0o755)
    await make()
  }
}

/** Puts a file error into words about the data directory. Errors that already are in words stay as they are. */
export function dataDirError(dir: string, error: unknown): unknown {
  const code = errorCode(error)
  const syscall = (error as { syscall?: string } | null)?.syscall ?? ''
  if (code === undefined || syscall.startsWith('spawn')) return error
  if (code === 'EEXIST' || code === 'ENOTDIR') {
    return embeddedDatabaseError(
      'data_dir_not_a_folder',
      `The data directory ${dir} is not a folder: set PLENUM_DATA_DIR to a folder.`,
      error,
    )
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(dir, error)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || (code === 'ENOENT' && syscall === 'mkdir')) {
    return embeddedDatabaseError(
      'data_dir_not_writable',
      `The data directory ${dir} cannot be written to (${code}): give this user the right to, or set PLENUM_DATA_DIR to another folder.`,
      error,
    )
  }
  return error
}

/** Whether PostgreSQL's own words mean a full disk; the hint is all there is after a write that went half through. */
export function tellsDiskFull(output: string): boolean {
  return /No space left on device|Disk quota exceeded|Check free disk space/.test(output)
}

export function diskFull(dir: string, cause?: unknown): Error {
  return embeddedDatabaseError(
    'disk_full',
    `The disk that holds the data directory ${dir} is full: free some space and start again.`,
    cause,
  )
}

/** Ending of a file that is being written; one found later is rubbish of a process that was killed. */
export const unfinished = '.unfinished'

/** Writes a small file (0600) as a whole or not at all, and gives it to the owner of the data directory. */
export async function writeDataFile(dir: string, name: string, text: string): Promise<void> {
  const path = join(dir, name)
  const fresh = `${path}.${randomBytes(4).toString('hex')}${unfinished}`
  try {
    const file = await open(fresh, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await giveToOwner(dir, fresh)
    await rename(fresh, path)
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => {})
    throw error
  }
}

/** @returns the text, or undefined when there is no such file */
export async function readDataFile(dir: string, name: string): Promise<string | undefined> {
  try {
    return await readFile(join(dir, name), 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** A start by root in somebody's folder must not lock that somebody out of it later. */
export async function giveToOwner(dir: string, path: string): Promise<void> {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = await stat(dir)
  if (uid !== 0) await chown(path, uid, gid)
}
