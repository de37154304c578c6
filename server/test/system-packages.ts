import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What tests need that npm does not bring. `node server/test/system-packages.ts`, the first step of `npm test`, installs
 * it on Debian and Ubuntu for root; elsewhere it says which tests will be skipped. It never fails the run.
 */

/** For node:test: `{ skip }` of a test that needs it, and where it is when `skip` is false. */
export interface Found {
  path: string
  skip: string | false
}

interface Need {
  find: () => string | undefined
  /** The first of these that the distribution has. */
  packages: string[]
  without: string
}

const needs = {
  chromium: {
    find: () =>
      [
        '/usr/bin/chromium',
        '/usr/bin/google-chrome',
        '/opt/google/chrome/chrome',
        '/Applications/Chromium.app/Contents/MacOS/Chromium',
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      ].find((path) => existsSync(path)),
    packages: ['chromium'],
    without: 'pages are not tested in a browser',
  },
  postgres: {
    find: oldestPostgres,
    packages: ['postgresql-15', 'postgresql'],
    without: 'start and migrations are not tested on an older PostgreSQL',
  },
  japanese: {
    find: () =>
      [
        '/usr/share/fonts/opentype/noto',
        '/usr/share/fonts/truetype/noto',
        '/usr/share/fonts/noto-cjk',
        '/Library/Fonts',
      ]
        .flatMap((folder) => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []))
        .find((path) => /NotoSansCJK|Hiragino/.test(path)),
    packages: ['fonts-noto-cjk'],
    without: 'Japanese text in documents is tested with the fonts at hand',
  },
  redis: {
    find: () =>
      ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin']
        .map((folder) => join(folder, 'redis-server'))
        .find((path) => existsSync(path)),
    packages: ['redis-server'],
    without: 'nothing is tested with Redis',
  },
} satisfies Record<string, Need>

export const findChromium = (): Found => found(needs.chromium)

/** Folder with initdb and postgres of the oldest PostgreSQL that Plenum runs on and this machine has. */
export const findPostgres15 = (): Found => found(needs.postgres)

export const findRedis = (): Found => found(needs.redis)

function found({ find, packages, without }: Need): Found {
  const path = find()
  return { path: path ?? '', skip: path === undefined && `${packages[0]} is not installed: ${without}` }
}

/** Where Debian, Red Hat and Homebrew put servers beside each other. */
function oldestPostgres(): string | undefined {
  const folders = [15, 16, 17].flatMap((major) => [
    `/usr/lib/postgresql/${major}/bin`,
    `/usr/pgsql-${major}/bin`,
    `/opt/homebrew/opt/postgresql@${major}/bin`,
  ])
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))))
}

function installMissing(): void {
  const missing: Need[] = Object.values(needs).filter(({ find }) => find() === undefined)
  if (missing.length === 0) return
  if (!isDebian() || process.getuid?.() !== 0) return sayWhatIsSkipped(missing)
  console.log(`Tests need packages of the system; apt-get installs: ${namesOf(missing)}`)
  if (!run('apt-get', ['-qq', 'update'])) return sayWhatIsSkipped(missing)
  const clusters = clustersOf()
  const hadRedis = needs.redis.find() !== undefined
  // One by one: what one distribution lacks must not keep the others away.
  for (const { packages } of missing) {
    const name = packages.find((each) => spawnSync('apt-cache', ['show', each]).status === 0)
    if (name !== undefined) run('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', name])
  }
  // Debian makes and starts a cluster with the package, on the port everybody expects theirs on. Tests make their own.
  for (const [version, name] of clustersOf().filter((cluster) => !clusters.some((c) => `${c}` === `${cluster}`)))
    run('pg_dropcluster', ['--stop', version, name])
  // The same for Redis, where services are started at all.
  if (!hadRedis && needs.redis.find() !== undefined && existsSync('/run/systemd/system'))
    run('systemctl', ['disable', '--now', 'redis-server'])
  sayWhatIsSkipped(missing.filter(({ find }) => find() === undefined))
}

const namesOf = (missing: Need[]): string => missing.map(({ packages }) => packages[0]).join(' ')

function sayWhatIsSkipped(missing: Need[]): void {
  for (const { packages, without } of missing) console.log(`${packages[0]} is not installed: ${without}.`)
  if (missing.length > 0 && isDebian()) console.log(`To have it tested: sudo apt-get install ${namesOf(missing)}`)
}

function isDebian(): boolean {
  if (!existsSync('/etc/os-release')) return false
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'))
}

function clustersOf(): [version: string, name: string][] {
  const folder = '/etc/postgresql'
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((version) =>
    readdirSync(join(folder, version)).map((name): [string, string] => [version, name]),
  )
}

/** Quiet when it works; the last lines of what it said when it does not. */
function run(command: string, args: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status, stdout, stderr, error } = spawnSync(command, args, { env, encoding: 'utf8', timeout: 10 * 60_000 })
  if (status === 0) return true
  const said = `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n').slice(-5).join('\n')
  console.log(`${[command, ...args].join(' ')} did not work: ${error?.message ?? said}`)
  return false
}

if (import.meta.main) {
  try {
    installMissing()
  } catch (error) {
    console.log(`What the tests need could not be installed: ${String(error)}`)
  }
}
