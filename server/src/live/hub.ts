import { LRUCache } from 'lru-cache'
import { can } from '#auth'
import type { CachedBody } from '#dashboard'
import { type Clock, type Log, PlenumError } from '#platform'
import { resumableMs } from './limits.ts'
import type { Stream } from './stream.ts'
import { createTopic, type Topic } from './topic.ts'

/** Reads at once: beyond it, dashboards that are asked for wait for those that are told. */
const readsAtOnce = 4
/** Floors whose last reader has left, kept for a minute. */
const keptTopics = 200

interface Watched {
  key: string
  topic: Topic
  streams: Set<Stream>
  refreshing: Promise<void> | null
}

export type Hub = ReturnType<typeof createHub>

/** Who watches what. Nothing is read of what nobody watches. */
export function createHub({ clock, log, onSent }: { clock: Clock; log: Log; onSent: (readers: number) => void }) {
  const watched = new Map<string, Watched>()
  const left = new LRUCache<string, Watched>({
    max: keptTopics,
    ttl: resumableMs,
    ttlResolution: 0,
    perf: { now: () => clock.now() },
  })

  let isFailing = false

  const leave = (of: Watched, stream: Stream): void => {
    if (!of.streams.delete(stream) || of.streams.size > 0) return
    watched.delete(of.key)
    left.set(of.key, of)
  }
  const endOne = (of: Watched, stream: Stream): void => {
    leave(of, stream)
    stream.end()
  }

  /** Where a floor was moved out of what somebody sees, they hear no more of it. */
  const send = (of: Watched, frame: Buffer | null): void => {
    const place = of.topic.place()
    let readers = 0
    for (const stream of of.streams) {
      if (!can(stream.person, 'read', place)) endOne(of, stream)
      else if (frame !== null && stream.write(frame)) readers++
    }
    if (readers > 0) onSent(readers)
  }
  const refresh = (of: Watched): Promise<void> =>
    (of.refreshing ??= of.topic
      .refresh()
      .then((frame) => send(of, frame))
      .finally(() => {
        of.refreshing = null
      }))

  const refreshWatched = async (of: Watched): Promise<void> => {
    try {
      await refresh(of)
      isFailing = false
    } catch (error) {
      // It is gone. Anything else is looked at again in a second.
      if (error instanceof PlenumError && error.status === 404)
        return of.streams.forEach((stream) => endOne(of, stream))
      if (!isFailing) log.warn({ err: error, topic: of.key }, 'what is watched could not be read')
      isFailing = true
    }
  }

  return {
    /** What there is to watch, read a second ago at most. */
    async find(key: string, read: () => Promise<CachedBody>): Promise<Watched> {
      const known = watched.get(key) ?? left.get(key)
      const of = known ?? { key, topic: createTopic({ clock, read }), streams: new Set(), refreshing: null }
      // Whoever comes next finds this one, while it is read.
      if (!known) left.set(key, of)
      if (of.refreshing !== null || of.topic.isDue() || !of.topic.isRead()) await refresh(of)
      return of
    },

    /** Brings a stream up to date and keeps it so. */
    join(of: Watched, stream: Stream, lastEventId: string | undefined): void {
      left.delete(of.key)
      // While it was read, another may have taken its place.
      const current = watched.get(of.key) ?? of
      watched.set(of.key, current)
      current.streams.add(stream)
      const frames = current.topic.since(lastEventId)
      for (const frame of frames) stream.write(frame)
      if (frames.length > 0) onSent(1)
    },

    leave: (key: string, stream: Stream): void => {
      const of = watched.get(key)
      if (of) leave(of, stream)
    },

    async refreshDue(): Promise<void> {
      const due = [...watched.values()].filter(({ topic }) => topic.isDue())
      const work = async (): Promise<void> => {
        for (let next = due.pop(); next !== undefined; next = due.pop()) await refreshWatched(next)
      }
      await Promise.all(Array.from({ length: readsAtOnce }, work))
    },

    beat(): void {
      for (const { streams } of watched.values()) for (const stream of streams) stream.beat()
    },

    /** @param floorIds of new readings; null: anything may have changed */
    note(floorIds: Iterable<number> | null): void {
      const ids = floorIds === null ? null : new Set(floorIds)
      for (const { topic } of watched.values()) topic.note(ids)
      for (const { topic } of left.values()) topic.note(ids)
    },

    streams: (): Stream[] => [...watched.values()].flatMap(({ streams }) => [...streams]),

    end(isEnding: (stream: Stream) => boolean): void {
      for (const of of watched.values()) for (const stream of of.streams) if (isEnding(stream)) endOne(of, stream)
    },
  }
}
