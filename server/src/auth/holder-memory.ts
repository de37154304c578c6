import type { AccessChanges } from './access-changes.ts'
import type { Person } from './access.ts'
import { type Holder, type HolderFound, holderName } from './holder-store.ts'

interface HolderMemoryContext {
  changes: Pick<AccessChanges, 'known' | 'holds' | 'timesRestored'>
  /** From the tables, by `holderName`. */
  read(holders: readonly Holder[]): Promise<Map<string, HolderFound>>
  now?: () => number
}

/** Far below how long changes are known. */
const rememberMs = 10 * 60_000
/** Who watches asks again in a quarter of a second, and then it must not be too late. */
const soonerMs = 100

/**
 * Who holds a session or a key, for whoever asks again and again. What was read counts until the database knows of a
 * change since (ADR 0019), so that asking costs what all requests of a second share, and a statement where somebody has
 * come or changed.
 */
export function createHolderMemory({ changes, read, now = Date.now }: HolderMemoryContext) {
  let remembered = new Map<string, HolderFound & { readAtMs: number }>()
  let restored = 0

  // A clock that was set back makes it old too.
  const isWithin = (found: HolderFound & { readAtMs: number }, ms: number): boolean =>
    Math.abs(now() - found.readAtMs) < ms

  return {
    /**
     * Who they are now, by `holderName`; whoever has nothing any more is left out. Only those of the last call are
     * remembered. The same object as long as it is the same answer.
     * @throws where the database is away
     */
    async now(holders: readonly Holder[]): Promise<Map<string, Person>> {
      await changes.known(soonerMs)
      if (restored !== changes.timesRestored()) {
        restored = changes.timesRestored()
        remembered = new Map()
      }
      const named = new Map(holders.map((holder) => [holderName(holder), holder]))
      const next: typeof remembered = new Map()
      const unknown: Holder[] = []
      for (const [name, holder] of named) {
        const found = remembered.get(name)
        if (found && isWithin(found, rememberMs) && changes.holds(found.person.userId, found.readAsOf))
          next.set(name, found)
        else unknown.push(holder)
      }
      if (unknown.length > 0) {
        const readAtMs = now()
        // Those that are half as old are read with them, or a thousand who came one by one would be read one by one.
        for (const [name, found] of next) {
          if (isWithin(found, rememberMs / 2)) continue
          next.delete(name)
          unknown.push(named.get(name) as Holder)
        }
        for (const [name, found] of await read(unknown)) next.set(name, { ...found, readAtMs })
      }
      remembered = next
      const people = new Map<string, Person>()
      for (const [name, { person, endsAtMs }] of next)
        if (endsAtMs === null || endsAtMs > now()) people.set(name, person)
      return people
    },
  }
}
