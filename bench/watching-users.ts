import { setTimeout } from 'node:timers/promises'
import { type HttpAnswer, openKeepAlive } from './keep-alive-client.ts'

/** Somebody whose page refreshes. */
export interface Watcher {
  /** Value of the Cookie header; null: none is sent. */
  cookie: string | null
  path: string
}

interface Refreshing {
  port: number
  everyMs: number
  forMs: number
  /** How long answers are waited for after that. */
  patienceMs?: number
}

export interface Refreshed {
  /** From when each refresh was due, also of those that were not answered: they took at least so long. */
  latenciesMs: number[]
  /** Answers with another body, and with none as nothing had changed. */
  changed: number
  same: number
  /** Any other status, a connection that broke, and what was not answered in time. */
  errors: number
}

type Connection = Awaited<ReturnType<typeof openKeepAlive>>

const nothing = Buffer.alloc(0)

/**
 * Everybody refreshes every `everyMs`, each at a moment of their own. Open loop: a refresh falls due whether or
 * not those before are answered, then over one more connection, as a browser does it. Each asks with the ETag that it
 * has, as browsers do too.
 */
export async function refreshDashboards(
  watchers: readonly Watcher[],
  { port, everyMs, forMs, patienceMs = 5_000 }: Refreshing,
): Promise<Refreshed> {
  const users = watchers.map(({ cookie, path }) => {
    const sent = cookie === null ? '' : `cookie: ${cookie}\r\n`
    return { head: `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${sent}`, etag: '', idle: [] as Connection[] }
  })
  const open = new Set<Connection>()
  let isOver = false
  const connect = async (): Promise<Connection> => {
    const connection = await openKeepAlive(port)
    if (isOver) connection.close()
    open.add(connection)
    return connection
  }
  // A page that refreshes has its connection already.
  for (const user of users) user.idle.push(await connect())

  const done: Refreshed = { latenciesMs: [], changed: 0, same: 0, errors: 0 }
  const take = (user: (typeof users)[number], { status, head }: HttpAnswer): void => {
    if (status === 200) done.changed++
    else if (status === 304) done.same++
    else done.errors++
    user.etag = /^etag: (.*)$/im.exec(head)?.[1]?.trim() ?? ''
  }
  const refresh = async (user: (typeof users)[number], dueMs: number): Promise<void> => {
    try {
      const connection = user.idle.pop() ?? (await connect())
      const known = user.etag === '' ? '' : `if-none-match: ${user.etag}\r\n`
      take(user, await connection.exchange(user.head + known, nothing))
      user.idle.push(connection)
    } catch {
      done.errors++
    } finally {
      done.latenciesMs.push(performance.now() - dueMs)
    }
  }

  const due = users
    .flatMap((user, n) => {
      // One in each part of the time: a few might all fall due after the end else.
      const firstMs = ((n + Math.random()) / users.length) * everyMs
      return Array.from({ length: Math.ceil((forMs - firstMs) / everyMs) }, (_, i) => ({
        user,
        ms: firstMs + i * everyMs,
      }))
    })
    .sort((a, b) => a.ms - b.ms)
  const started = performance.now()
  const refreshes: Promise<void>[] = []
  for (const { user, ms } of due) {
    const earlyMs = started + ms - performance.now()
    if (earlyMs > 0) await setTimeout(earlyMs)
    refreshes.push(refresh(user, started + ms))
  }
  const all = Promise.all(refreshes)
  const patience = new AbortController()
  await Promise.race([all, setTimeout(patienceMs, undefined, { signal: patience.signal }).catch(() => undefined)])
  patience.abort()
  isOver = true
  for (const connection of open) connection.close()
  await all
  return done
}
