import { createClient } from '@redis/client'
import { setTimeout as pause } from 'node:timers/promises'

export type RedisClient = ReturnType<typeof newClient>

interface ConnectionSettings {
  /** `redis:` or `rediss:`; never logged, as it may hold a password. */
  url: string
  /** What Redis lists it as. */
  name: string
  /** As many heartbeats have to fail one after the other until it counts as away. */
  missesUntilDown: number
  /** Before a new connection counts as up. */
  prepare?: (client: RedisClient) => Promise<unknown>
  /** Fails where the connection does not do what it is for. */
  beat(client: RedisClient): Promise<unknown>
  onUp(): void
  /** Also when the first connection can't be made. */
  onDown(error: unknown): void
}

const heartbeatMs = 1_000
/** A connection that has answered nothing for as many heartbeats is given up: its other end may be gone for good. */
const heartbeatsToMiss = 5

const newClient = (url: string, name: string) =>
  createClient({
    url,
    name,
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

/** @throws where there is no answer within so many milliseconds */
export async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  const done = new AbortController()
  const late = pause(ms, undefined, { signal: done.signal, ref: false }).then(() => {
    throw new Late(`no answer within ${ms} ms`)
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

/** A connection to Redis that is made at once, and again after every loss; a heartbeat finds losses that nobody tells. */
export function keepConnection({ url, name, missesUntilDown, prepare, beat, onUp, onDown }: ConnectionSettings) {
  let client: RedisClient
  let missed = 0
  let up = false
  let isTried = false
  let why = 'not reached yet'
  let closed = false

  const setUp = (): void => {
    missed = 0
    isTried = true
    if (up) return
    up = true
    onUp()
  }
  const setDown = (error: unknown): void => {
    // While the first connection is being made, nothing is lost yet.
    const isNews = up || !isTried
    up = false
    isTried = true
    why = error instanceof Error ? error.message : String(error)
    if (isNews) onDown(error)
  }
  const connect = (): void => {
    missed = 0
    const made = newClient(url, name)
    client = made
    const isCurrent = (): boolean => made === client && !closed
    const lost = (error: unknown): void => {
      if (isCurrent()) setDown(error)
    }
    const ready = async (): Promise<void> => {
      await prepare?.(made)
      if (isCurrent()) setUp()
    }
    made.on('error', lost)
    made.on('ready', () => void ready().catch(lost))
    // Told by the event.
    made.connect().catch(() => {})
  }
  const disconnect = (): void => {
    if (client.isOpen) client.destroy()
  }

  const beatOnce = async (): Promise<void> => {
    if (!client.isOpen) return connect()
    try {
      if (!client.isReady) throw new Late('still connecting')
      await beat(client)
      if (client.isReady) setUp()
    } catch (error) {
      missed++
      if (missed >= missesUntilDown) setDown(error)
      if (missed < heartbeatsToMiss) return
      disconnect()
      connect()
    }
  }
  let beating = Promise.resolve()
  connect()
  const heart = setInterval(() => {
    beating = beating.then(() => (closed ? undefined : beatOnce()))
  }, heartbeatMs)
  heart.unref()

  return {
    client: (): RedisClient => client,
    isUp: (): boolean => up,
    /** Why it is away, where it is. */
    why: (): string => (up ? '' : why),
    /** Somebody waited for an answer in vain. */
    failed: setDown,
    close: async (): Promise<void> => {
      closed = true
      up = false
      clearInterval(heart)
      await beating
      disconnect()
    },
  }
}
