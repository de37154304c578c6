/** A moment at which somebody began to read elsewhere what is to be remembered here. */
export interface Began {
  touches: number
}

/**
 * Which keys were changed while somebody reads. What was read elsewhere may be older than a change that was told
 * meanwhile: it is remembered only if its key was not touched since the reading began. Nobody has to say beforehand
 * what they will read, and while nobody reads, a touch costs nothing.
 */
export function createTouches() {
  let count = 0
  let allTouchedAt = 0
  let reading = 0
  const touched = new Map<number, number>()

  return {
    /** Each is to be ended. */
    begin(): Began {
      reading++
      return { touches: count }
    },
    end(): void {
      if (--reading === 0) touched.clear()
    },
    touch(id: number): void {
      count++
      if (reading > 0) touched.set(id, count)
    },
    touchAll: (): void => void (allTouchedAt = ++count),
    /** Where it is as it was, nothing was touched. */
    count: (): number => count,

    /** Whether what was read since then holds for the key. */
    holds: (id: number, { touches }: Began): boolean => allTouchedAt <= touches && (touched.get(id) ?? 0) <= touches,
  }
}
