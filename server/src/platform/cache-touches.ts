import type { Clock } from './clock.ts'

export type Touches = ReturnType<typeof createTouches>

/** A moment at which somebody began to read elsewhere what is to be remembered here. */
export interface Began {
  touches: number
  atMs: number
}

/** What takes longer is not remembered, so that nothing older has to be known here. */
export const touchesKnownMs = 2_000

/**
 * Which keys were changed lately. What was read elsewhere may be older than a change that was told while the reading
 * went on: it is remembered only if its key was not touched since the reading began. Nobody has to say beforehand what
 * they will read.
 */
export function createTouches(clock: Clock) {
  let count = 0
  let allTouchedAt = 0
  let lately = new Map<number, number>()
  let before = new Map<number, number>()
  let turnedAtMs = clock.now()

  const isWithin = (atMs: number): boolean => Math.abs(clock.now() - atMs) <= touchesKnownMs
  /** What was touched is known for that long at least, and twice as long at most. */
  const turn = (): void => {
    if (isWithin(turnedAtMs)) return
    before = lately
    lately = new Map()
    turnedAtMs = clock.now()
  }

  return {
    begin: (): Began => ({ touches: count, atMs: clock.now() }),
    touch(id: number): void {
      turn()
      lately.set(id, ++count)
    },
    touchAll: (): void => void (allTouchedAt = ++count),
    /** How often anything was touched: where it is as it was, nothing was. */
    count: (): number => count,

    /** Whether what was read since then holds for the key. */
    holds: (id: number, { touches, atMs }: Began): boolean =>
      allTouchedAt <= touches && isWithin(atMs) && (lately.get(id) ?? before.get(id) ?? 0) <= touches,
    wasTouchedLately(id: number): boolean {
      turn()
      return lately.has(id) || before.has(id)
    },
  }
}
