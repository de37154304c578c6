import { spawn } from 'node:child_process'
import { chown, lstat, readdir, readFile, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { embeddedDatabaseError } from './errors.ts'

type User = { readonly uid: number; readonly gid: number; readonly name: string }

/** How PostgreSQL's programs are started: it refuses to run as root, and initdb as a user without a name. */
export type RunAs = {
  readonly name: string
  readonly prefix: readonly string[]
  readonly ids: { readonly uid?: number; readonly gid?: number }
  /** Who must own what PostgreSQL itself opens, when that is not who we are. */
  readonly owner: User | undefined
}

export type RunResult = { readonly code: number | null; readonly output: string }

const ourselves: RunAs = { name: 'this user', prefix: [], ids: {}, owner: undefined }

/**
 * Chooses how to start PostgreSQL so that it accepts its user and reaches its folder.
 *
 * As root, first inside a user namespace where root has another number: outside of it nothing changes, files
 * stay root's, and a folder only root can enter (/root) works. Else, as the owner of the folder, `postgres` or
 * `nobody`, who is given the folder.
 *
 * @throws EmbeddedDatabaseError `data_dir_not_reachable`
 */
export async function chooseRunAs(
  dir: string,
  binaries: Pick<Binaries, 'postgres'>,
  options: { userNamespaces?: boolean } = {},
): Promise<RunAs> {
  if (process.platform === 'win32') return ourselves
  const isRoot = process.getuid?.() === 0
  if (!isRoot && hasName()) return ourselves

  const other = await unprivilegedUser()
  const namespace: RunAs = {
    name: 'root in a user namespace',
    prefix: ['unshare', '--user', `--map-user=${other.uid}`, `--map-group=${other.gid}`],
    ids: {},
    owner: undefined,
  }
  const mayNamespace = options.userNamespaces ?? true
  if (!isRoot) return mayNamespace && (await reaches(namespace, dir, binaries)) ? namespace : ourselves

  const { uid, gid } = await ownerOfCluster(dir)
  if (uid === 0 && mayNamespace && (await reaches(namespace, dir, binaries))) return namespace
  const user = uid === 0 ? other : { uid, gid, name: String(uid) }
  const asUser: RunAs = {
    name: user.name,
    prefix: [],
    ids: { uid: user.uid, gid: user.gid },
    owner: user,
  }
  await giveFolder(dir, user)
  if (await reaches(asUser, dir, binaries)) return asUser
  throw embeddedDatabaseError(
    'data_dir_not_reachable',
    `PostgreSQL does not run as root, and user ${user.name} cannot reach ${dir} or ${dirname(binaries.postgres)}: start Plenum as an ordinary user, or put both where that user may go (PLENUM_DATA_DIR, e.g. /var/lib/plenum).`,
  )
}

/** Runs one of PostgreSQL's programs to its end. */
export function run(runAs: RunAs, program: string, args: readonly string[], input = ''): Promise<RunResult> {
  const [file, ...rest] = [...runAs.prefix, program, ...args] as [string, ...string[]]
  return new Promise((resolve, reject) => {
    // By pipes, so that the program ends by itself (EPIPE) when this process is killed.
    const child = spawn(file, rest, { ...runAs.ids, env: cleanEnvironment(), windowsHide: true, cwd: '/' })
    let output = ''
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}

/** PGDATA, PGPORT, PGOPTIONS and their kin, meant for something else, must not reach our server. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG') && !name.startsWith('LC_'))
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' }
}

async function reaches(runAs: RunAs, dir: string, binaries: Pick<Binaries, 'postgres'>): Promise<boolean> {
  try {
    const script = 'test -x "$1" && exec "$2" --version'
    return (await run(runAs, '/bin/sh', ['-c', script, 'sh', dir, binaries.postgres])).code === 0
  } catch {
    return false
  }
}

/** Containers run programs under numbers that have no name; the server accepts that, initdb does not. */
function hasName(): boolean {
  try {
    userInfo()
    return true
  } catch {
    return false
  }
}

async function ownerOfCluster(dir: string): Promise<{ uid: number; gid: number }> {
  return stat(join(dir, 'pgdata')).catch(() => stat(dir))
}

async function unprivilegedUser(): Promise<User> {
  const lines = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const users = lines.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':')
    return name !== undefined && Number(uid) > 0 && Number(gid) > 0
      ? [{ name, uid: Number(uid), gid: Number(gid) }]
      : []
  })
  const wanted = ['postgres', 'nobody'].flatMap((name) => users.filter((user) => user.name === name))
  return wanted[0] ?? users[0] ?? { uid: 65534, gid: 65534, name: 'nobody' }
}

/** The folder itself only where it must be for the user to get through; what else lies in it is not PostgreSQL's. */
async function giveFolder(dir: string, user: User): Promise<void> {
  const { uid, mode } = await stat(dir)
  if (uid !== user.uid && (mode & 0o001) === 0) await chown(dir, user.uid, user.gid)
  await giveTree(join(dir, 'pgdata'), user)
}

async function giveTree(path: string, user: User): Promise<void> {
  const entry = await lstat(path).catch(() => undefined)
  if (entry === undefined) return
  if (entry.uid !== user.uid) await chown(path, user.uid, user.gid)
  if (!entry.isDirectory()) return
  for (const name of await readdir(path)) await giveTree(join(path, name), user)
}
