import type { AccessChangeStore } from './access-change-store.ts'

export type AccessChanges = ReturnType<typeof createAccessChanges>

interface AccessChangesContext {
  store: Pick<AccessChangeStore, 'since'>
  /** How old what is known here may be when somebody asks, in milliseconds. */
  maxAgeMs: number
  now?: () => number
}

/** Then what is known begins anew, so that it does not grow for ever. */
const loadEveryMs = 1_800_000

/**
 * Which of what is remembered of people is void: known by asking the database what has changed since it was last asked.
 * One small query a second, however many requests there are, and none where there is none (ADR 0019).
 */
export function createAccessChanges({ store, maxAgeMs, now = Date.now }: AccessChangesContext) {
  let changedIn = new Map<string, bigint>()
  let asOf = 0n
  let loadedAtMs = -Infinity
  let generation = 0
  let restored = 0
  let last = { atMs: -Infinity, generation }
  let running: (typeof last & { done: Promise<void> }) | null = null
  let queued: Promise<void> | null = null

  // A clock that was set back, or a machine that slept, makes it old too.
  const isWithin = (atMs: number, ms: number): boolean => Math.abs(now() - atMs) < ms
  const isFresh = (asked: typeof last, ageMs: number): boolean =>
    asked.generation === generation && isWithin(asked.atMs, ageMs)

  const load = async (): Promise<void> => {
    const atMs = now()
    const found = await store.since(null)
    changedIn = new Map()
    loadedAtMs = atMs
    take(found)
  }
  const take = ({ asOf: readAsOf, changes }: Awaited<ReturnType<typeof store.since>>): void => {
    for (const { personId, xid } of changes) {
      if (xid > (changedIn.get(personId) ?? -1n)) changedIn.set(personId, xid)
    }
    asOf = readAsOf
  }
  const ask = async (): Promise<void> => {
    if (!isWithin(loadedAtMs, loadEveryMs)) return load()
    const found = await store.since(asOf)
    // Restored from a backup: what was known is of a future that it has not.
    if (found.asOf < asOf) {
      restored++
      return load()
    }
    take(found)
  }
  const start = (): Promise<void> => {
    const begun = { atMs: now(), generation }
    const run = async (): Promise<void> => {
      try {
        await ask()
        last = begun
      } finally {
        running = null
      }
    }
    running = { ...begun, done: run() }
    return running.done
  }

  const startAfter = async (before: Promise<void>): Promise<void> => {
    await before.catch(() => {})
    queued = null
    return start()
  }

  return {
    /**
     * Resolves when what is known is at most `maxAgeMs` old.
     * @param soonerMs for whoever comes again in a while only: as old as that less
     * @throws where the database is away
     */
    async known(soonerMs = 0): Promise<void> {
      const ageMs = maxAgeMs - soonerMs
      if (isFresh(last, ageMs)) return
      if (running === null) return start()
      if (isFresh(running, ageMs)) return running.done
      // One at a time, so that what was read later is taken later.
      queued ??= startAfter(running.done)
      return queued
    },

    /** Whether `known` would have nothing to wait for. */
    areKnown: (): boolean => isFresh(last, maxAgeMs),

    /** Whether nothing about the person has changed since the snapshot. */
    holds: (personId: string, readAsOf: bigint): boolean => (changedIn.get(personId) ?? -1n) < readAsOf,

    /** How often the database was found to be an older one than before: what was read of it till then is void. */
    timesRestored: (): number => restored,

    /** Whoever asks from now on is told what is so now. */
    expire: (): void => void generation++,
  }
}
