import { LRUCache } from 'lru-cache'
import { type Began, createTouches } from './cache-touches.ts'
import type { Clock } from './clock.ts'

/** What a process remembers under one key; whoever holds it sees that it is void. */
export interface Copy<V> {
  value: V
  madeAtMs: number
  /** -Infinity once it is void. */
  untilMs: number
  lifeMs: number
}

/** What a commit says of one key. */
export interface Offer<V> {
  id: number
  /** Orders values of a key. */
  at: number
  value: V
  /** Whether nothing was stored under this key at this instant before; else it may have replaced something. */
  isNew: boolean
}

/**
 * How values of one key follow each other. They are only added and replaced: where the newest could be taken away and
 * its key lived on, an offer that comes late would bring it back.
 */
export interface Order<V> {
  atOf(value: V): number
  isSame(a: V, b: V): boolean
}

/** As long as what others write may not be heard, nothing is believed for longer. */
export const unheardLifeMs = 500

/**
 * The copies of one kind in this process, with the rules that keep them right (docs/adr/0025-cache.md). Pure but for
 * what it holds: the clock is an argument.
 * @param hearsOthers whether what other instances write is heard
 */
export function createCopies<V>({
  clock,
  max,
  hearsOthers,
}: {
  clock: Clock
  max: number
  hearsOthers: () => boolean
}) {
  const touches = createTouches()
  const copies = new LRUCache<number, Copy<V>>({
    max,
    // Also of those that fall out at the other end, for nobody would tell their holders of a change.
    dispose: (copy) => void (copy.untilMs = -Infinity),
  })

  const isLive = (copy: Copy<V>, nowMs: number, hears: boolean): boolean =>
    nowMs < copy.untilMs && (hears || nowMs - copy.madeAtMs < unheardLifeMs)
  const drop = (id: number): void => {
    touches.touch(id)
    copies.delete(id)
  }

  return {
    touches,

    get(id: number): Copy<V> | undefined {
      const copy = copies.get(id)
      return copy !== undefined && isLive(copy, clock.now(), hearsOthers()) ? copy : undefined
    },
    /** For many at one moment. */
    liveNow(): (copy: Copy<V> | undefined) => copy is Copy<V> {
      const nowMs = clock.now()
      const hears = hearsOthers()
      return (copy): copy is Copy<V> => copy !== undefined && isLive(copy, nowMs, hears)
    },
    /** Live or not. */
    held: (id: number): Copy<V> | undefined => copies.get(id),
    size: (): number => copies.size,

    /** @returns whether what was read since then holds; else it must not be remembered anywhere */
    fill(began: Began, id: number, value: V, lifeMs: number, fullLifeMs = lifeMs): boolean {
      if (!touches.holds(id, began)) return false
      const nowMs = clock.now()
      copies.set(id, { value, madeAtMs: nowMs, untilMs: nowMs + lifeMs, lifeMs: fullLifeMs })
      return true
    },

    /**
     * Takes a value that is stored and new where it is newer than what is here. What may have been replaced is dropped,
     * for which of two values of one instant came last is not known. Nothing is made of nothing: whether a value is the
     * newest of its key is known to the database only.
     * @returns whether what somebody sees may be another now
     */
    offer({ id, at, value, isNew }: Offer<V>, { atOf, isSame }: Order<V>): boolean {
      touches.touch(id)
      const copy = copies.peek(id)
      if (copy === undefined) return true
      const heldAt = atOf(copy.value)
      if (heldAt > at || (heldAt === at && isSame(copy.value, value))) return false
      const nowMs = clock.now()
      if (isNew && heldAt < at && isLive(copy, nowMs, hearsOthers())) {
        copy.value = value
        copy.madeAtMs = nowMs
        copy.untilMs = nowMs + copy.lifeMs
      } else copies.delete(id)
      return true
    },

    drop,
    dropAll(): void {
      touches.touchAll()
      copies.clear()
    },
  }
}
