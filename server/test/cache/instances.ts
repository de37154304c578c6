import { createKind } from '../../src/platform/cache-kind.ts'
import type { Offer } from '../../src/platform/cache-copies.ts'
import { createCopiesInMemory } from './copies-in-memory.ts'
import { createStepper } from './stepper.ts'

/** A reading as the model has it. */
export interface Stored {
  at: number | null
  value: number | null
}
export interface Commit {
  id: number
  by: number
  at: number
  value: number
}
/** What an instance was told of: its commits by their number. */
type Told = { offers: Offer<Stored>[] | null; ids: readonly number[] | null; commits: readonly number[] }

export const order = {
  atOf: ({ at }: Stored) => at ?? Number.NEGATIVE_INFINITY,
  isSame: (a: Stored, b: Stored) => a.value === b.value,
}

/** What a database holds after some commits, and of it the newest of a sensor. */
export function newestAfter(commits: readonly Commit[], id: number): Stored {
  const readings = new Map<number, number>()
  for (const commit of commits) {
    if (commit.id === id) readings.set(commit.at, commit.value)
  }
  const at = Math.max(...readings.keys())
  return readings.size === 0 ? { at: null, value: null } : { at, value: readings.get(at) as number }
}

/**
 * Whether a reader may see this who was told of some commits: all of those are in it, and any others may be.
 */
export function mayBeSeen(
  commits: readonly Commit[],
  told: ReadonlySet<number>,
  id: number,
  { at, value }: Stored,
): boolean {
  const mine = [...commits.entries()].filter(([, commit]) => commit.id === id)
  const known = mine.filter(([n]) => told.has(n))
  if (at === null) return known.length === 0
  return mine.some(
    ([n, seen]) =>
      seen.at === at &&
      seen.value === value &&
      known.every(([other, one]) => (one.at === at ? other <= n || one.value === value : one.at < at)),
  )
}

/** Instances on one database with one Redis and one bus, that go on step by step. */
export function createInstances(count: number, lifeMs: number) {
  const stepper = createStepper()
  const clock = { nowMs: 1_000_000, now: () => clock.nowMs }
  const redis = createCopiesInMemory(order, clock.now)
  const commits: Commit[] = []

  const instances = Array.from({ length: count }, (_, i) => {
    const told = new Set<number>()
    const state = { isCut: false, hasLostWords: false }
    const { shared, commands, lost } = redis.connect(stepper, () => state.isCut)
    const heard = stepper.line()
    const kind = createKind<Stored>({
      clock,
      max: 1_000,
      lifeMs,
      order,
      shared,
      hearsOthers: () => !state.isCut,
      onLookedUp: () => {},
      onRepaid: (ids) => {
        kind.forget(ids)
        publish({ offers: null, ids, commits: [...told].filter((number) => commits[number]?.by === i) })
      },
      async load(ids) {
        await stepper.step()
        const found = new Map(ids.map((id) => [id, newestAfter(commits, id)]))
        await stepper.step()
        return { found, mayLag: false }
      },
    })
    /**
     * By the connection that all commands go by. Where Redis has not taken what this instance wrote, it is void there
     * for others until it is repaid, and so they are not told yet.
     */
    const publish = (message: Told): void =>
      void commands(() => {
        if (state.isCut) state.hasLostWords = true
        const said = lost() + kind.owes() > 0 ? { ...message, commits: [] } : message
        if (!state.isCut) for (const other of instances) if (other.index !== i) other.hear(said)
      })
    const hear = (message: Told): void => {
      const wasCut = state.isCut
      void heard(() => {
        // Heard by nobody, or by a connection that is gone.
        if (wasCut || state.isCut) return
        if (message.offers) kind.hear(message.offers)
        else kind.forget(message.ids)
        for (const one of message.commits) told.add(one)
      })
    }
    return { index: i, kind, told, state, hear, publish }
  })
  type Instance = (typeof instances)[number]

  return {
    stepper,
    clock,
    redis,
    commits,
    instances,
    /** @param how null: the process dies before it tells anybody */
    commit(instance: Instance, commit: Commit, how: 'new' | 'perhaps' | null): void {
      const number = commits.push(commit) - 1
      if (how !== null) this.tell(instance, commit, how, [number])
    },
    tell(instance: Instance, { id, at, value }: Commit, how: 'new' | 'perhaps', numbers: readonly number[]): void {
      const offers = [{ id, at, value: { at, value }, isNew: how === 'new' }]
      instance.kind.offer(offers)
      instance.publish({ offers, ids: [id], commits: numbers })
      for (const number of numbers) instance.told.add(number)
    },
    /** Something else of the sensor was changed. */
    drop(instance: Instance, id: number): void {
      instance.kind.drop([id])
      instance.publish({ offers: null, ids: [id], commits: [] })
    },
    cut(instance: Instance): void {
      instance.state.isCut = true
      instance.kind.forget(null)
    },
    heal(instance: Instance): void {
      if (!instance.state.isCut) return
      instance.state.isCut = false
      instance.kind.forget(null)
      void instance.kind.settle()
      if (!instance.state.hasLostWords) return
      instance.state.hasLostWords = false
      // Its next message tells by its number that some are missing.
      for (const other of instances) if (other !== instance && !other.state.isCut) other.kind.forget(null)
    },
  }
}
