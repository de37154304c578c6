import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Auth, personOf } from '#auth'
import type { Dashboard, Seen } from '#dashboard'
import type { App, Clock, Log, Metrics } from '#platform'
import { liveErrors } from './errors.ts'
import { createHub } from './hub.ts'
import { beatMs, maxStreams, maxStreamsOfOne } from './limits.ts'
import { createRightsWatch } from './rights-watch.ts'
import { liveRoutes } from './routes.ts'
import { createStream, type Stream } from './stream.ts'

export type Live = ReturnType<typeof createLive>

export interface LiveContext {
  dashboard: Pick<Dashboard, 'floor' | 'building' | 'buildings'>
  holders: Auth['holders']
  clock: Clock
  log: Log
  metrics: Metrics
}

/** Dashboards as streams: what changes is told to all who watch, about a second after it was stored. */
export function createLive({ dashboard, holders, clock, log, metrics }: LiveContext) {
  const sent = metrics.counter('plenum_live_events_total', 'Events sent to readers of live streams')
  const dropped = metrics.counter('plenum_live_dropped_total', 'Live streams ended because their reader was too slow')
  const hub = createHub({ clock, log, onSent: (readers) => sent.inc(readers) })
  const rights = createRightsWatch({ log, hub, now: holders.now })
  metrics.gauge('plenum_live_streams', 'Live streams that are open', () => hub.streams().length)
  let timer: NodeJS.Timeout | undefined
  let beating: Promise<void> | null = null
  let isStopping = false

  const beatOnce = async (): Promise<void> => {
    hub.beat()
    if (await rights.areKnown()) await hub.refreshDue()
    if (hub.streams().length > 0) return
    clearInterval(timer)
    timer = undefined
  }
  const beat = (): Promise<void> =>
    (beating ??= beatOnce().finally(() => {
      beating = null
    }))

  /** @throws live_streams_of_person_exceeded, live_streams_exceeded, live_server_stopping */
  const admit = (userId: string): void => {
    if (isStopping) throw liveErrors.live_server_stopping({ retryAfterS: 2 })
    const open = hub.streams()
    if (open.length >= maxStreams) throw liveErrors.live_streams_exceeded({ retryAfterS: 10 })
    if (open.filter(({ person }) => person.userId === userId).length >= maxStreamsOfOne)
      throw liveErrors.live_streams_of_person_exceeded({ retryAfterS: 10 })
  }

  /** Answers for as long as the reader stays. */
  const open =
    (kind: string, see: (request: FastifyRequest) => Promise<Seen>) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      const person = personOf(request)
      admit(person.userId)
      const { key: seenKey, again } = await see(request)
      const key = `${kind} ${seenKey}`
      const holder = await holders.of(request)
      const of = await hub.find(key, async () => (await again()).body)
      admit(person.userId)
      const { raw } = reply
      const headers = reply.getHeaders()
      reply.hijack()
      if (raw.destroyed) return
      const stream: Stream = createStream({ raw, headers, person, holder, clock, onDropped: () => dropped.inc() })
      raw.once('close', () => hub.leave(key, stream))
      hub.join(of, stream, lastEventIdOf(request))
      timer ??= setInterval(() => void beat(), beatMs)
    }

  return {
    routes(app: App): void {
      liveRoutes(app, { open, dashboard })
      // Before the server waits for those who are still being answered.
      app.addHook('preClose', async () => {
        isStopping = true
        clearInterval(timer)
        hub.end(() => true)
        await beating
      })
    },

    /** Looks at everything that is due now, as the timer does; for tests, which hold the clock. */
    async beat(): Promise<void> {
      await beating
      await beat()
    },

    /**
     * These floors have new readings; null: anything may have changed. From here, or from another instance: what is
     * dirty is read again, and dashboards must have dropped it before.
     */
    changed: hub.note,
  }
}

/** What a browser says when it comes back. */
const lastEventIdOf = ({ headers }: FastifyRequest): string | undefined => {
  const id = headers['last-event-id']
  return typeof id === 'string' ? id : undefined
}
