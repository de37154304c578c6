import assert from 'node:assert/strict'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { type EmbeddedDatabase, startEmbeddedDatabase } from './index.ts'
import type { Log } from './log.ts'
import { signal } from './postmaster.ts'
import { processesOf } from './processes.ts'

export const isRoot = process.getuid?.() === 0

export type TestDir = {
  readonly path: string
  readonly pgdata: string
  /** Starts the database in this process; stopped after the test. */
  start(log?: Log): Promise<EmbeddedDatabase>
  /** Starts a process of its own that owns the directory; killed after the test. */
  startOwner(mode: 'start' | 'lock' | 'find', options?: { uid?: number; gid?: number }): Owner
  /** For what must be undone between the end of the processes and the removal of the folder. */
  beforeRemoval(undo: () => Promise<void>): void
  /** kill -9 of the postmaster and all its children. */
  killPostgres(): Promise<void>
}

export type Owner = {
  readonly pid: number
  /** The next line of that event, with the output so far when there is none. */
  event(name: string): Promise<Record<string, unknown>>
  kill(): Promise<void>
  /** Asks it to stop, and resolves to its exit code. */
  end(): Promise<number | null>
}

/** A data directory in the temporary folder. After the test nothing of it is left, no process and no file. */
export async function testDir(t: TestContext, options: { parent?: string; path?: string } = {}): Promise<TestDir> {
  const root = await realpath(await mkdtemp(join(options.parent ?? tmpdir(), 'plenum-embedded-')))
  if (options.parent === undefined) await chmod(root, 0o755)
  const path = join(root, options.path ?? 'data')
  const pgdata = join(path, 'pgdata')
  const databases: EmbeddedDatabase[] = []
  const undoing: (() => Promise<void>)[] = []
  const children: ChildProcessWithoutNullStreams[] = []

  async function killPostgres(): Promise<void> {
    for (const { pid } of await processesOf(pgdata)) signal(pid, 'SIGKILL')
  }
  t.after(async () => {
    for (const child of children) await killChild(child)
    for (const database of databases) await database.stop()
    await until('no process of the test is left', async () => {
      await killPostgres()
      return (await processesOf(pgdata)).length === 0
    })
    for (const undo of undoing) await undo()
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  })
  return {
    path,
    pgdata,
    killPostgres,
    beforeRemoval: (undo) => {
      undoing.push(undo)
    },
    async start(log = quietLog().log) {
      const database = await startEmbeddedDatabase({ dataDir: path, log })
      databases.push(database)
      return database
    },
    startOwner(mode, ids = {}) {
      const script = fileURLToPath(new URL('owner-process.ts', import.meta.url))
      const child = spawn(process.execPath, [script, mode, path], { ...ids, stdio: 'pipe' })
      children.push(child)
      return owner(child)
    },
  }
}

function owner(child: ChildProcessWithoutNullStreams): Owner {
  const lines: Record<string, unknown>[] = []
  let errors = ''
  createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line) as Record<string, unknown>))
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  child.stdin.on('error', () => {})
  let seen = 0
  return {
    pid: child.pid as number,
    async event(name) {
      const find = () => lines.findIndex((line, index) => index >= seen && line['event'] === name)
      const ended = () => child.exitCode !== null || child.signalCode !== null
      await until(`event ${name}`, () => find() >= 0 || ended(), 60_000)
      await until(`event ${name} in ${JSON.stringify(lines)} ${errors}`, () => find() >= 0, 1_000)
      seen = find() + 1
      return lines[seen - 1] as Record<string, unknown>
    },
    kill: () => killChild(child),
    async end() {
      const exited = once(child, 'exit')
      child.stdin.end()
      const [code] = (await exited) as [number | null]
      assert.equal(errors, '')
      return code
    },
  }
}

async function killChild(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

export async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `waited ${limitMs} ms in vain for: ${what}`)
    await pause(5)
  }
}

export function quietLog(): { log: Log; lines: string[] } {
  const lines: string[] = []
  const write = (details: object, message: string) => {
    lines.push(`${message} ${JSON.stringify(details)}`)
  }
  return { log: { info: write, warn: write, error: write }, lines }
}

/** One query over a connection of its own. */
export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query(sql)).rows as Record<string, unknown>[]
  } finally {
    await client.end()
  }
}
