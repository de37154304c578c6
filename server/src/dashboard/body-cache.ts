import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Where } from '#auth'
import type { Clock } from '#platform'

/** A body as it goes over the wire, and where what it shows stands: that decides who may have it. */
export interface CachedBody {
  json: string
  etag: string
  /** undefined: it was made for a scope, and for nobody with another one. */
  place: Where | undefined
}

/** What a body is made of. */
export interface Built {
  place: CachedBody['place']
  content: object
}

export type BodyCache = ReturnType<typeof createBodyCache>

/**
 * Bodies, built once per change. Every one is dropped when what it shows changes, and after `freshMs` at the latest,
 * for what only time changes (a sensor turns stale) and for writes on other instances.
 *
 * A body that is built again and says the same keeps its bytes, `generated_at` included, and so its ETag: 304 means
 * that nothing happened.
 */
export function createBodyCache({ clock, freshMs, max }: { clock: Clock; freshMs: number; max: number }) {
  // Resolution 0: it would remember the time for a millisecond of its own, past the clock.
  const timed = { ttl: freshMs, ttlResolution: 0, perf: { now: () => clock.now() } }
  const fresh = new LRUCache<string, Promise<CachedBody>>({ max, ...timed })
  const last = new LRUCache<string, CachedBody & { content: string }>({ max })

  const build = async (key: string, make: () => Promise<Built>): Promise<CachedBody> => {
    const generatedAt = new Date(clock.now()).toISOString()
    const { place, content } = await make()
    const hash = createHash('sha256').update(JSON.stringify(content)).digest('base64url')
    const before = last.get(key)
    // A floor that was moved may look as it did.
    if (before?.content === hash) return { ...before, place }
    const json = JSON.stringify({ ...content, generated_at: generatedAt })
    const etag = `"${createHash('sha256').update(json).digest('base64url').slice(0, 27)}"`
    const body = { json, etag, place, content: hash }
    last.set(key, body)
    return body
  }

  return {
    /** One build at a time per key: a thousand who ask at once wait for the same query. */
    async get(key: string, make: () => Promise<Built>): Promise<{ body: CachedBody; hit: boolean }> {
      const known = fresh.get(key)
      if (known) return { body: await known, hit: true }
      const building = build(key, make)
      fresh.set(key, building)
      try {
        return { body: await building, hit: false }
      } catch (error) {
        if (fresh.peek(key) === building) fresh.delete(key)
        throw error
      }
    },
    has: (key: string): boolean => fresh.has(key),
    drop: (key: string): void => void fresh.delete(key),
    clear: (): void => fresh.clear(),
  }
}
