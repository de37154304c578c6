import { type Copy, createCopies, type Offer, type Order, unheardLifeMs } from './cache-copies.ts'
import { createDebt } from './cache-debt.ts'
import type { Filled, Shared, SharedBegan } from './cache-shared.ts'
import type { Began } from './cache-touches.ts'
import type { Clock } from './clock.ts'

/** What a database said, by id; what it has not is not in it. */
export interface Read<V> {
  found: ReadonlyMap<number, V>
  /** It may be older than what was stored before it was asked for, as on a replica. */
  mayLag: boolean
  /** Where not all of a kind live as long. */
  lifeMsOf?: (id: number) => number
}

/** A value and how long it may be believed. */
export interface Known<V> {
  value: V
  untilMs: number
}

export interface KindDefinition<V> {
  /** Copies in a process. */
  max: number
  lifeMs: number
  /** In one statement. Absent where it is only read together with other kinds. */
  load?(ids: readonly number[]): Promise<Read<V>>
  order?: Order<V>
}

export interface KindContext<V> extends KindDefinition<V> {
  clock: Clock
  /** null: this process is all that remembers. */
  shared: Shared<V> | null
  hearsOthers(): boolean
  onLookedUp(found: 'process' | 'redis' | 'loaded', count: number): void
  /** Ids that others may have taken from Redis while they were void; null: all. */
  onRepaid(ids: readonly number[] | null): void
}

/** Begun before something is read that is to be remembered. */
export interface Reading {
  here: Began
  shared: SharedBegan | undefined
}

export type Kind<V> = ReturnType<typeof createKind<V>>

const noOrder = { atOf: () => 0, isSame: () => false }

/**
 * What is remembered of one kind of thing: copies in this process, and behind them those in Redis that all instances
 * share. Rules: docs/adr/0025-cache.md.
 */
export function createKind<V>(context: KindContext<V>) {
  const { clock, max, lifeMs, load, order = noOrder, shared, hearsOthers, onLookedUp, onRepaid } = context
  const copies = createCopies<V>({ clock, max, hearsOthers })
  const debt = createDebt()
  const flights = new Map<number, Promise<Map<number, Known<V>>>>()
  let paying: Promise<void> | null = null

  const knownOf = ({ value, untilMs }: Copy<V>): Known<V> => ({ value, untilMs })

  /** Takes from Redis what is there. */
  const fromShared = async (ids: readonly number[], here: Began) => {
    const known = new Map<number, Known<V>>()
    const read = await shared?.read(ids.filter((id) => !debt.isOwed(id)))
    const nowMs = clock.now()
    for (const [id, { value, untilMs, lifeMs: fullLifeMs }] of read?.found ?? []) {
      const leftMs = Math.min(untilMs - nowMs, fullLifeMs)
      // What could not be dropped there may have become known while this was read.
      if (leftMs <= 0 || debt.isOwed(id)) continue
      const isKept = copies.fill(here, id, value, leftMs, fullLifeMs)
      known.set(id, { value, untilMs: isKept ? nowMs + leftMs : nowMs })
    }
    if (known.size > 0) onLookedUp('redis', known.size)
    return { known, began: read?.began }
  }

  const take = ({ here, shared: began }: Reading, { found, mayLag, lifeMsOf }: Read<V>): Map<number, Known<V>> => {
    const nowMs = clock.now()
    const known = new Map<number, Known<V>>()
    const kept: Filled<V>[] = []
    for (const [id, value] of found) {
      const fullLifeMs = lifeMsOf?.(id) ?? lifeMs
      const life = mayLag ? Math.min(fullLifeMs, unheardLifeMs) : fullLifeMs
      const isKept = copies.fill(here, id, value, life, fullLifeMs)
      known.set(id, { value, untilMs: isKept ? nowMs + life : nowMs })
      if (isKept && !mayLag && !debt.isOwed(id)) kept.push({ id, value, lifeMs: fullLifeMs })
    }
    onLookedUp('loaded', known.size)
    // Nobody waits for it.
    if (began) void shared?.fill(began, kept)
    return known
  }

  const fetch = async (ids: readonly number[]): Promise<Map<number, Known<V>>> => {
    const here = copies.touches.begin()
    try {
      const { known, began } = await fromShared(ids, here)
      const rest = ids.filter((id) => !known.has(id))
      if (rest.length === 0 || load === undefined) return known
      for (const [id, one] of take({ here, shared: began }, await load(rest))) known.set(id, one)
      return known
    } finally {
      copies.touches.end()
    }
  }

  const pay = async (to: Shared<V>): Promise<void> => {
    const paid = await debt.pay((ids) => (ids === null ? to.dropAll() : to.drop(ids)))
    if (paid !== undefined) onRepaid(paid)
  }
  /** Drops from Redis what should have been dropped while it was away. */
  const settle = (): Promise<void> => {
    if (shared === null || debt.size() === 0) return Promise.resolve()
    return (paying ??= pay(shared).finally(() => {
      paying = null
    }))
  }
  /** Nobody waits for Redis. */
  const share = (ids: readonly number[] | null, write: (shared: Shared<V>) => Promise<boolean>): void => {
    if (shared === null) return
    const written = async (): Promise<void> => {
      if (await write(shared)) await settle()
      else debt.add(ids)
    }
    void written()
  }
  const forget = (ids: readonly number[] | null): void => {
    if (ids === null) {
      copies.dropAll()
      flights.clear()
      return
    }
    for (const id of ids) {
      copies.drop(id)
      // Who asks from now on must not be told what was read before.
      flights.delete(id)
    }
  }

  const hear = (offers: readonly Offer<V>[]): boolean => {
    let mayShow = false
    for (const one of offers) {
      flights.delete(one.id)
      if (copies.offer(one, order)) mayShow = true
    }
    return mayShow
  }

  return {
    /** Without waiting: what this process remembers. */
    peek: (id: number): Copy<V> | undefined => copies.get(id),
    held: copies.held,
    liveNow: copies.liveNow,
    size: copies.size,
    touches: copies.touches.count,
    /** Of those that were found by `held`. */
    count: (found: number): void => onLookedUp('process', found),

    /** What there is of these, read where it is not remembered; in one statement, whoever asks at the same time. */
    async getMany(ids: readonly number[]): Promise<Map<number, Known<V>>> {
      const known = new Map<number, Known<V>>()
      const missing: number[] = []
      const awaited = new Set<Promise<Map<number, Known<V>>>>()
      for (const id of ids) {
        const copy = copies.get(id)
        const flight = copy === undefined ? flights.get(id) : undefined
        if (copy) known.set(id, knownOf(copy))
        else if (flight) awaited.add(flight)
        else missing.push(id)
      }
      if (known.size > 0) onLookedUp('process', known.size)
      if (known.size === ids.length) return known
      if (missing.length > 0) {
        const flight = fetch(missing).finally(() => {
          for (const id of missing) if (flights.get(id) === flight) flights.delete(id)
        })
        for (const id of missing) flights.set(id, flight)
        awaited.add(flight)
      }
      const all = await Promise.all(awaited)
      for (const id of ids) {
        if (known.has(id)) continue
        const one = all.find((found) => found.has(id))?.get(id)
        if (one) known.set(id, one)
      }
      return known
    },

    /** What is remembered of these, here or in Redis; the database is not asked. */
    async remembered(ids: readonly number[]): Promise<Map<number, Known<V>>> {
      const here = copies.touches.begin()
      try {
        const known = new Map<number, Known<V>>()
        for (const id of ids) {
          const copy = copies.get(id)
          if (copy) known.set(id, knownOf(copy))
        }
        if (known.size > 0) onLookedUp('process', known.size)
        const rest = ids.filter((id) => !known.has(id))
        if (shared === null || rest.length === 0) return known
        for (const [id, one] of (await fromShared(rest, here)).known) known.set(id, one)
        return known
      } finally {
        copies.touches.end()
      }
    },

    /** Before a statement that reads several kinds at once; ended when what it read was taken. */
    async begin(): Promise<Reading & Disposable> {
      const here = copies.touches.begin()
      return { here, shared: (await shared?.read([]))?.began, [Symbol.dispose]: copies.touches.end }
    },
    take,

    /**
     * After a commit, in all layers that this process reaches.
     * @returns whether what somebody sees may be another now
     */
    offer(offers: readonly Offer<V>[]): boolean {
      if (offers.length === 0) return false
      if (shared !== null)
        share(
          offers.map(({ id }) => id),
          (to) => to.offer(offers),
        )
      return hear(offers)
    },
    /** What another instance offered. */
    hear,

    /** After a commit that changed these. @param ids null: all, or not known which */
    drop(ids: readonly number[] | null): void {
      if (ids?.length === 0) return
      forget(ids)
      share(ids, (to) => (ids === null ? to.dropAll() : to.drop(ids)))
    },
    /** What another instance dropped, or what may not be believed any longer. @param ids null: all */
    forget,
    settle,
    owes: debt.size,
  }
}
