import { createClient, ErrorReply } from '@redis/client'
import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

export type Redis = ReturnType<typeof openRedis>
type Client = ReturnType<typeof newClient>

/** A request waits no longer for Redis: what it has, there is elsewhere too. */
const patienceMs = 250
const heartbeatMs = 1_000
/** A connection that has answered nothing for as many heartbeats is given up: its other end may be gone for good. */
const heartbeatsToMiss = 5

const newClient = (url: string) =>
  createClient({
    url,
    name: 'plenum',
    // 3 needs Redis 6, and nothing of it is used.
    RESP: 2,
    // What can't be sent now is not wanted later.
    disableOfflineQueue: true,
    commandsQueueMaxLength: 10_000,
    maintNotifications: 'disabled',
    disableClientInfo: true,
    // The heartbeat connects anew.
    socket: { connectTimeout: 2_000, reconnectStrategy: false },
  })

class Late extends Error {}

async function withinPatience<T>(answer: Promise<T>): Promise<T> {
  const done = new AbortController()
  const late = pause(patienceMs, undefined, { signal: done.signal, ref: false }).then(() => {
    throw new Late(`no answer within ${patienceMs} ms`)
  })
  // Whichever comes second fails unheard.
  late.catch(() => {})
  answer.catch(() => {})
  try {
    return await Promise.race([answer, late])
  } finally {
    done.abort()
  }
}

/**
 * Redis for what may be lost at any moment. It connects by itself, at once and again after every loss; whoever asks is
 * answered within a quarter of a second, at once while Redis is known to be away, and goes on without it.
 * @param url `redis:` or `rediss:`; never logged, as it may hold a password
 */
export function openRedis({ url, log, metrics }: { url: string; log: Log; metrics: Metrics }) {
  let client: Client
  let missed = 0
  let up = false
  let why = 'not reached yet'
  let closed = false
  const unanswered = metrics.counter('plenum_redis_unanswered_total', 'Commands that Redis did not answer in time')
  metrics.gauge('plenum_redis_up', '1 while Redis answers', () => Number(up))

  const setUp = (): void => {
    missed = 0
    if (!up) log.info('Redis answers')
    up = true
  }
  const setDown = (error: unknown): void => {
    // While the first connection is being made, nothing is lost yet.
    if (up || why === 'not reached yet') log.warn({ err: error }, 'Redis does not answer; going on without it')
    up = false
    why = error instanceof Error ? error.message : String(error)
  }
  const connect = (): void => {
    missed = 0
    const made = newClient(url)
    client = made
    made.on('error', (error: unknown) => {
      if (made === client && !closed) setDown(error)
    })
    made.on('ready', () => {
      if (made === client && !closed) setUp()
    })
    // Told by the event.
    made.connect().catch(() => {})
  }
  const disconnect = (): void => {
    if (client.isOpen) client.destroy()
  }

  const beat = async (): Promise<void> => {
    if (!client.isOpen) return connect()
    try {
      if (!client.isReady) throw new Late('still connecting')
      await withinPatience(client.ping())
      setUp()
    } catch (error) {
      setDown(error)
      if (++missed < heartbeatsToMiss) return
      disconnect()
      connect()
    }
  }
  let beating = Promise.resolve()
  connect()
  const heart = setInterval(() => {
    beating = beating.then(() => (closed ? undefined : beat()))
  }, heartbeatMs)
  heart.unref()

  return {
    /**
     * What Redis answers; undefined where it does not, or not in time.
     * @param command one command, or several that are sent together
     */
    async ask<T>(command: (client: Client) => Promise<T>): Promise<T | undefined> {
      if (!up) return undefined
      try {
        return await withinPatience(command(client))
      } catch (error) {
        unanswered.inc()
        // It refuses this command (it is full, say), and may well answer the next.
        if (error instanceof ErrorReply) log.debug({ err: error }, 'Redis refused a command')
        else setDown(error)
        return undefined
      }
    },

    /** `why` it is away, where it is. */
    status: (): { up: boolean; why: string } => ({ up, why: up ? '' : why }),

    close: async (): Promise<void> => {
      closed = true
      up = false
      clearInterval(heart)
      await beating
      disconnect()
    },
  }
}
