import { createKind, type Kind, type KindDefinition } from './cache-kind.ts'
import { createSharedCopies } from './cache-shared.ts'
import type { Clock } from './clock.ts'
import type { Metrics } from './metrics.ts'
import type { Redis } from './redis.ts'

export type Cache = ReturnType<typeof createCache>

/** A kind that other instances lost copies of, by its name; `ids` null: all of it. */
export interface Repaid {
  kind: string
  ids: readonly number[] | null
}

/**
 * What is remembered of the database: in this process and, where there is one, in Redis, which may be away, flushed or
 * late at any time.
 * @param hearsOthers whether other instances' changes reach this one
 * @param onRepaid Redis was away, and void until now; others may hold what they took from there
 */
export function createCache({
  redis,
  secret,
  clock,
  metrics,
  hearsOthers,
  onRepaid,
}: {
  redis: Redis | null
  /** The same for all instances on one database, and for no others: two installations may share a Redis. */
  secret: string
  clock: Clock
  metrics: Metrics
  hearsOthers: () => boolean
  onRepaid: (repaid: Repaid) => void
}) {
  const kinds = new Map<string, Pick<Kind<never>, 'forget' | 'settle' | 'size'>>()
  const lookUps = metrics.counter(
    'plenum_cache_lookups_total',
    'Things looked up, by kind and by where they were found (process, redis) or loaded from the database',
    ['kind', 'found'],
  )
  metrics.gaugeBy('plenum_cache_entries', 'Things remembered in this process, by kind', 'kind', () =>
    Object.fromEntries([...kinds].map(([name, kind]) => [name, kind.size()])),
  )
  redis?.onUp(() => {
    for (const { settle } of kinds.values()) void settle()
  })

  return {
    /** @param name of its metrics; keys in Redis are `name:id` */
    kind<V>(name: string, definition: KindDefinition<V>): Kind<V> {
      const counters = {
        process: lookUps.labels(name, 'process'),
        redis: lookUps.labels(name, 'redis'),
        loaded: lookUps.labels(name, 'loaded'),
      }
      const keyOf = (id: number): string => `${name}:${id}`
      const kind = createKind<V>({
        ...definition,
        clock,
        hearsOthers,
        shared:
          redis && createSharedCopies<V>({ redis, secret, isSigned: !definition.order, name, keyOf, now: clock.now }),
        onLookedUp: (found, count) => counters[found].inc(count),
        onRepaid: (ids) => onRepaid({ kind: name, ids }),
      })
      kinds.set(name, kind)
      return kind
    },

    /** What this process remembers may not be believed any longer. */
    forget: ({ kind, ids }: Repaid): void => kinds.get(kind)?.forget(ids),
    forgetAll(): void {
      for (const { forget } of kinds.values()) forget(null)
    },
  }
}
