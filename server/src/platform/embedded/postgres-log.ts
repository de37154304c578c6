import { copyFile, open, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { giveToOwner } from './data-dir.ts'

export type PostgresLog = {
  readonly path: string
  /** For a child's stdout and stderr: a file handle in append mode. The caller closes it. */
  openForAppend(): Promise<{ readonly fd: number; close(): Promise<void> }>
  size(): Promise<number>
  readSince(offset: number): Promise<string>
  /** Keeps the log bounded: beyond the limit it becomes `postgres.log.1` and starts again. */
  rotate(): Promise<void>
}

/** PostgreSQL's own log in the data directory, 10 MB at most and one older file. */
export function postgresLog(dir: string, limitBytes = 10 * 1024 * 1024): PostgresLog {
  const path = join(dir, 'postgres.log')
  const size = async () => (await stat(path).catch(() => undefined))?.size ?? 0
  return {
    path,
    size,
    async openForAppend() {
      const file = await open(path, 'a', 0o600)
      await giveToOwner(dir, path)
      return file
    },
    async readSince(offset) {
      const end = await size()
      const start = Math.max(offset, end - 20_000)
      if (end <= start) return ''
      const file = await open(path, 'r')
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start)
        return buffer.toString('utf8', 0, bytesRead)
      } finally {
        await file.close()
      }
    },
    async rotate() {
      if ((await size()) <= limitBytes) return
      // Copied and cut, not renamed: a running server goes on writing to the file it has open.
      await copyFile(path, `${path}.1`)
      await giveToOwner(dir, `${path}.1`)
      await truncate(path, 0)
    },
  }
}

/** The line that says why PostgreSQL gave up, without its time stamp; undefined when there is none. */
export function lastFailure(log: string): string | undefined {
  const line = log.split('\n').findLast((text) => /\b(FATAL|PANIC|ERROR): /.test(text))
  return line?.replace(/^.*?\b(FATAL|PANIC|ERROR):\s*/, '').trim()
}
