import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Where } from '#auth'
import type { Clock } from '#platform'
import { createCodings, type Codings } from './codings.ts'

/** A body as it goes over the wire, and where what it shows stands: that decides who may have it. */
export interface CachedBody {
  json: string
  /** Of the body as it is; each coding of it has its own. */
  etag: string
  codings: Codings
  /** undefined: it was made for a scope, and for nobody with another one. */
  place: Where | undefined
}

/** What a body is made of. */
export interface Built {
  place: CachedBody['place']
  content: object
  /** When time alone may make it say something else, milliseconds since 1970. */
  untilMs: number
}

export type BodyCache = ReturnType<typeof createBodyCache>

interface Fresh {
  version: number
  body: Promise<CachedBody>
  /** Once it is there. */
  built: CachedBody | null
  begunAtMs: number
  untilMs: number
}

/**
 * Bodies, built once per change: one lives until what it shows is another version, or time changes it.
 *
 * A body that is built again and says the same keeps its bytes, `generated_at` included, and so its ETag: 304 means
 * that nothing happened.
 * @param longestMs how long a body may be believed now, whatever it was built of
 */
export function createBodyCache({ clock, max, longestMs }: { clock: Clock; max: number; longestMs: () => number }) {
  const fresh = new LRUCache<string, Fresh>({ max })
  const last = new LRUCache<string, CachedBody & { content: string }>({ max })

  const bodyOf = (key: string, generatedAtMs: number, { place, content }: Built): CachedBody => {
    const hash = createHash('sha256').update(JSON.stringify(content)).digest('base64url')
    const before = last.get(key)
    // A floor that was moved may look as it did.
    if (before?.content === hash) return { ...before, place }
    const json = JSON.stringify({ ...content, generated_at: new Date(generatedAtMs).toISOString() })
    const tag = createHash('sha256').update(json).digest('base64url').slice(0, 27)
    const body = { json, etag: `"${tag}"`, codings: createCodings(json, tag), place, content: hash }
    last.set(key, body)
    return body
  }
  const isFresh = (one: Fresh | undefined, version: number): one is Fresh => {
    const nowMs = clock.now()
    return one?.version === version && nowMs < one.untilMs && nowMs - one.begunAtMs < longestMs()
  }

  return {
    /** One build at a time per key and version: a thousand who ask at once wait for the same query. */
    async get(key: string, version: number, make: () => Promise<Built>): Promise<{ body: CachedBody; hit: boolean }> {
      const known = fresh.get(key)
      if (isFresh(known, version)) return { body: await known.body, hit: true }
      const begunAtMs = clock.now()
      const build = async (): Promise<CachedBody> => {
        const built = await make()
        one.untilMs = built.untilMs
        return (one.built = bodyOf(key, begunAtMs, built))
      }
      const one: Fresh = { version, begunAtMs, untilMs: Infinity, built: null, body: Promise.resolve().then(build) }
      fresh.set(key, one)
      try {
        return { body: await one.body, hit: false }
      } catch (error) {
        if (fresh.peek(key) === one) fresh.delete(key)
        throw error
      }
    },
    /** What `get` would answer without waiting; null where it would wait. */
    held(key: string, version: number): CachedBody | null {
      const known = fresh.get(key)
      return isFresh(known, version) ? known.built : null
    },
    has: (key: string, version: number): boolean => isFresh(fresh.get(key), version),
  }
}
