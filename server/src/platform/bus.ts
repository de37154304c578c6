import { createHash, randomBytes } from 'node:crypto'
import { type BusMessage, createSequences, decodeMessage, encodeMessage } from './bus-message.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { keepConnection, within } from './redis-connection.ts'
import type { Redis } from './redis.ts'

/** Messages between the instances of an installation. They are hints: any of them may be lost, and `onGap` says when. */
export interface Bus {
  /** Told to all other instances, never to this one; lost while Redis is away. */
  publish(topic: string, message: unknown): void
  subscribe(topic: string, heard: (message: unknown) => void): void
  /** Messages may have been missed (connection lost, or back after a loss): forget what others' words keep right. */
  onGap(lost: () => void): void
  /** 'alone': no Redis is configured; 'connected'; 'cut off': Redis is configured and away. */
  state(): 'alone' | 'connected' | 'cut off'
  /** Once what was published is sent. */
  close(): Promise<void>
}

interface BusSettings {
  /** null: there are no other instances. */
  redis: { url: string; commands: Redis } | null
  /** The same for all instances on one database, and for no others: two installations may share a Redis. */
  secret: string
  log: Log
  metrics: Metrics
}

const patienceMs = 1_000
/** Heartbeats of a second. A process that is busy for a moment has lost nothing. */
const missesUntilCutOff = 3

/** Its own connection to Redis listens; what is said goes by the one that all commands go by. */
export function openBus({ redis, secret, log, metrics }: BusSettings): Bus {
  const messages = metrics.counter(
    'plenum_bus_messages_total',
    'Messages between instances; unsent: Redis was away; ignored: not of this installation, or not understood',
    ['direction'],
  )
  const gaps = metrics.counter('plenum_bus_gaps_total', 'Times that messages of other instances may have been missed')
  if (redis === null) {
    metrics.gauge('plenum_bus_connected', '1 while other instances are heard', () => 0)
    const state = () => 'alone' as const
    return { publish: () => {}, subscribe: () => {}, onGap: () => {}, state, close: async () => {} }
  }

  const channel = `plenum:bus:1:${createHash('sha256').update(`bus ${secret}`).digest('hex').slice(0, 32)}`
  const me = randomBytes(9).toString('base64url')
  const sequences = createSequences()
  const listeners = new Map<string, ((message: unknown) => void)[]>()
  const gapListeners: (() => void)[] = []
  let sequence = 0
  let sending: Promise<unknown> = Promise.resolve()
  let ownHeard = (): void => {}

  const guarded = (listener: () => void): void => {
    try {
      listener()
    } catch (error) {
      log.error({ err: error }, 'what another instance said could not be followed')
    }
  }
  const gap = (): void => {
    gaps.inc()
    gapListeners.forEach(guarded)
  }
  const heard = (text: string): void => {
    const message = decodeMessage(secret, text)
    if (message?.from === me) return ownHeard()
    const order = message && sequences.note(message)
    if (order === 'gap') gap()
    // What only says that its sender is there, is no message.
    if (message?.topic === null) return
    const told = message && order !== 'old' ? listeners.get(message.topic) : undefined
    messages.inc({ direction: told ? 'received' : 'ignored' })
    for (const listener of told ?? []) guarded(() => listener(message?.content))
  }
  const send = async (message: Omit<BusMessage, 'from'>): Promise<boolean> => {
    const text = encodeMessage(secret, { from: me, ...message })
    return (await redis.commands.ask((client) => client.publish(channel, text))) !== undefined
  }
  const sendBeat = async (): Promise<void> => {
    if (!(await send({ sequence, topic: null, content: null }))) throw new Error('nothing can be sent')
  }

  const connection = keepConnection({
    url: redis.url,
    name: 'plenum-bus',
    missesUntilDown: missesUntilCutOff,
    prepare: (client) => client.subscribe(channel, heard),
    // Others learn by it too whether they have heard all of this one.
    beat: () => within(patienceMs, Promise.all([new Promise<void>((done) => (ownHeard = done)), sendBeat()])),
    onUp: () => {
      log.info('other instances are heard')
      sequences.forget()
      gap()
    },
    onDown: (error) => {
      log.warn({ err: error }, 'other instances are not heard')
      gap()
    },
  })
  metrics.gauge('plenum_bus_connected', '1 while other instances are heard', () => Number(connection.isUp()))

  return {
    publish(topic, content) {
      const sent = send({ sequence: ++sequence, topic, content }).then((isSent) =>
        messages.inc({ direction: isSent ? 'sent' : 'unsent' }),
      )
      sending = Promise.all([sending, sent])
    },
    subscribe: (topic, listener) => void listeners.set(topic, [...(listeners.get(topic) ?? []), listener]),
    onGap: (listener) => void gapListeners.push(listener),
    state: () => (connection.isUp() ? 'connected' : 'cut off'),
    close: async () => {
      await sending
      await connection.close()
    },
  }
}
