import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ClientConfig } from 'pg'

const main = fileURLToPath(new URL('../server/src/main.ts', import.meta.url))

export const administrator = { email: 'bench@plenum.local', password: 'measured twice, cut once' }

export interface ServerProcess {
  pid: number
  port: number
  /** For a connection of our own to the same database. */
  database: ClientConfig
  postmasterPid: number
  [Symbol.asyncDispose](): Promise<void>
}

interface ServerOptions {
  profileDir: string | null
  /** Settings beside the usual ones. */
  env?: Record<string, string>
  /** Where its data are, and stay when it is stopped, for another start; an empty folder that goes unless said. */
  dataDir?: string
}

/** The real server in a process of its own, with the database that it brings along. */
export async function startServer({ profileDir, env = {}, ...kept }: ServerOptions): Promise<ServerProcess> {
  const dataDir = kept.dataDir ?? (await mkdtemp(join(tmpdir(), 'plenum-bench-')))
  const profile = profileDir === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`]
  const child = spawn(process.execPath, [...profile, main], {
    env: { ...environment(dataDir), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close')

  const stop = async (): Promise<void> => {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
    child.kill('SIGTERM')
    await ended.catch(() => undefined)
    if (kept.dataDir === undefined) await rm(dataDir, { recursive: true, force: true })
  }
  const interrupted = (): void => void stop().finally(() => process.exit(130))
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)

  try {
    const port = await portSaid(child)
    const [password, databasePort, postmaster] = await Promise.all(
      ['postgres.password', 'postgres.port', 'pgdata/postmaster.pid'].map((name) =>
        readFile(join(dataDir, name), 'utf8'),
      ),
    )
    const database = { host: '127.0.0.1', port: Number(databasePort), user: 'plenum', database: 'plenum' }
    return {
      pid: child.pid as number,
      port,
      database: { ...database, password: (password as string).trim() },
      postmasterPid: Number.parseInt(postmaster as string, 10),
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Settings of whoever runs the benchmark, such as another database, are not what is measured. */
function environment(dataDir: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PLENUM|DATABASE|REDIS|SMTP|SMS)_/.test(name))
  return {
    ...Object.fromEntries(inherited),
    PLENUM_DATA_DIR: dataDir,
    PLENUM_PORT: '0',
    PLENUM_DEMO: 'off',
    PLENUM_LOG_LEVEL: 'warn',
    PLENUM_ADMIN_EMAIL: administrator.email,
    PLENUM_ADMIN_PASSWORD: administrator.password,
  }
}

/** Waits until the server says that one can sign in. */
function portSaid(child: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  let said = ''
  let complaints = ''
  child.stdout?.on('data', (text) => {
    if (said.includes('Sign in as')) return
    said += text
    const port = /running at http:\/\/[^\s]+:(\d+)/.exec(said)?.[1]
    if (port !== undefined && said.includes('Sign in as')) resolve(Number(port))
  })
  child.stderr?.on('data', (text) => (complaints = (complaints + text).slice(-4_000)))
  child.on('error', reject)
  child.on('close', () => reject(new Error(`the server did not start:\n${said}${complaints}`)))
  return promise
}
