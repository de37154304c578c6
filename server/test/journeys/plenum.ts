import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Building, BuildingDashboard, Floor, FloorDashboard } from '@plenum/contract'
import { eventually } from '#test'

/** A Plenum as people run it: a process of its own, known by what it prints and answers. */
export interface Plenum {
  pid: number
  stdout: string
  stderr: string
  /** null while it runs, and after a kill. */
  exitCode: number | null
  ended: Promise<void>
  signal(name: NodeJS.Signals): void
  /** Resolves to the exit code. */
  end(name?: NodeJS.Signals): Promise<number | null>
  /** kill -9 of this process alone: its children are not asked. */
  kill(): Promise<void>
}

export interface RunningPlenum extends Plenum {
  address: string
  /** Printed by the first start only. */
  password: string | null
  /** From the birth of the process to the printed address. */
  startMs: number
}

export interface PlenumOptions {
  dataDir: string
  args?: string[]
  env?: Record<string, string>
  /** As `npm start`: the process is npm's then. */
  viaNpm?: boolean
}

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const repository = fileURLToPath(new URL('../../../', import.meta.url))
export const email = 'admin@plenum.local'

/** A data directory; after the test no process works in it and it is gone. */
export async function makeDataDir(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'plenum-journey-'))
  t.after(async () => {
    await eventually(
      () => killProcessesOf(root),
      (left) => left === 0,
    )
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  })
  return join(root, 'data')
}

export function spawnPlenum(t: TestContext, { dataDir, args = [], env = {}, viaNpm = false }: PlenumOptions): Plenum {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PLENUM_|DATABASE_|NODE_|REDIS_URL)/.test(name))
  const [command, first] = viaNpm ? ['npm', 'start'] : [process.execPath, main]
  const child = spawn(command, [first, ...args], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(inherited), PLENUM_PORT: '0', PLENUM_DATA_DIR: dataDir, ...env },
  })
  const plenum = watch(child)
  t.after(() => plenum.kill())
  return plenum
}

function watch(child: ChildProcess): Plenum {
  const plenum: Plenum = {
    pid: child.pid as number,
    stdout: '',
    stderr: '',
    exitCode: null,
    ended: new Promise((resolve) => child.once('close', () => resolve())),
    signal: (name) => void child.kill(name),
    async end(name = 'SIGINT') {
      child.kill(name)
      await plenum.ended
      return plenum.exitCode
    },
    async kill() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await plenum.ended
    },
  }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (plenum.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (plenum.stderr += text))
  child.once('exit', (code) => (plenum.exitCode = code))
  return plenum
}

/** Resolves when it has said all it says at a start. */
export async function startPlenum(t: TestContext, options: PlenumOptions): Promise<RunningPlenum> {
  const startedAtMs = performance.now()
  const plenum = spawnPlenum(t, options)
  const address = await printed(plenum, /(?:running at|health is at) (http:\S+?)(?:\/readyz)?\n/)
  const startMs = Math.round(performance.now() - startedAtMs)
  // With an external database and an administrator nothing more is said.
  if (!options.env?.['DATABASE_URL']) await printed(plenum, /(Sign in as.*)\n/)
  const password = passwordIn(plenum.stdout)
  return Object.assign(plenum, { address, password, startMs })
}

export const passwordIn = (stdout: string): string | null => /with password (\S+)\n/.exec(stdout)?.[1] ?? null

async function printed(plenum: Plenum, pattern: RegExp): Promise<string> {
  const found = await eventually(
    async () => {
      if (plenum.exitCode !== null) return ''
      return pattern.exec(plenum.stdout)?.[1]
    },
    (text) => text !== undefined,
    120_000,
  )
  assert.ok(found, `it ended with ${plenum.exitCode}:\n${plenum.stdout}\n${plenum.stderr}`)
  return found
}

/** One who talks to a server over HTTP as a browser does, with a session cookie. */
export interface Person {
  cookie: string
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: object): Promise<T>
}

export async function signIn(address: string, password: string, as = email): Promise<Person> {
  const answer = await fetch(`${address}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: as, password }),
  })
  assert.equal(answer.status, 200, await answer.text())
  const cookie = answer.headers.getSetCookie().map((each) => each.split(';')[0])
  return withCookie(address, cookie.join('; '))
}

export function withCookie(address: string, cookie: string): Person {
  const ask = async <T>(path: string, init: RequestInit): Promise<T> => {
    const headers = { cookie, 'content-type': 'application/json', connection: 'close' }
    const answer = await fetch(address + path, { ...init, headers })
    const text = await answer.text()
    assert.ok(answer.ok, `${path}: ${answer.status} ${text}`)
    return JSON.parse(text) as T
  }
  return {
    cookie,
    get: (path) => ask(path, {}),
    post: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
  }
}

export const buildingsOf = async (person: Person): Promise<Building[]> =>
  (await person.get<{ items: Building[] }>('/api/buildings')).items

export async function onlyBuilding(person: Person): Promise<Building> {
  const [building, ...others] = await buildingsOf(person)
  assert.ok(building)
  assert.deepEqual(others, [], 'there is one building')
  return building
}

/** The floors of the building, lowest first, with their sensors. */
export async function floorsOf(person: Person, { id }: { id: number }): Promise<FloorDashboard[]> {
  const { floors } = await person.get<BuildingDashboard>(`/api/dashboard/building/${id}`)
  const byLevel = (floors as (Pick<Floor, 'id' | 'level'> & object)[]).toSorted((a, b) => a.level - b.level)
  return Promise.all(byLevel.map((floor) => person.get<FloorDashboard>(`/api/dashboard/floor/${floor.id}`)))
}

/** Numbers of the processes that work in a folder, by what they were started with and where. Linux only. */
export async function processesOf(folder: string): Promise<number[]> {
  if (process.platform !== 'linux') return []
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0 && pid !== process.pid)
  const isOf = async (pid: number): Promise<boolean> => {
    const [cwd, commandLine] = await Promise.all([
      readlink(`/proc/${pid}/cwd`).catch(() => ''),
      readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
    ])
    return cwd.startsWith(`${folder}/`) || commandLine.includes(`${folder}/`)
  }
  const works = await Promise.all(pids.map(isOf))
  return pids.filter((_, index) => works[index])
}

/** kill -9 of all that work in a folder. @returns how many there were */
export async function killProcessesOf(folder: string): Promise<number> {
  const pids = await processesOf(folder)
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It was faster.
    }
  }
  return pids.length
}

export async function assertNothingRunsIn(dataDir: string): Promise<void> {
  await eventually(
    () => processesOf(dataDir),
    (pids) => pids.length === 0,
  )
}

/** Another program that listens on a port of this machine, until it is told to let go. */
export async function takePort(): Promise<{ port: number; free(): Promise<void> }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { port, free: () => new Promise((resolve) => server.close(() => resolve())) }
}
