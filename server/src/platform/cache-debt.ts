/** What of a kind in Redis is void and still there, because Redis was away when it should have been dropped. */
export type Debt = ReturnType<typeof createDebt>

/** More, and all of the kind is void: it is read from the database again. */
const mostIds = 10_000

export function createDebt(most = mostIds) {
  let ids = new Set<number>()
  let owesAll = false

  return {
    /** @param more null: all */
    add(more: readonly number[] | null): void {
      if (more === null) owesAll = true
      else for (const id of more) ids.add(id)
      if (owesAll || ids.size > most) {
        owesAll = true
        ids = new Set()
      }
    },
    isOwed: (id: number): boolean => owesAll || ids.has(id),
    isEmpty: (): boolean => !owesAll && ids.size === 0,
    size: (): number => (owesAll ? Infinity : ids.size),

    /** What is owed now, which the caller drops, or adds again. null: all */
    take(): readonly number[] | null {
      const taken = owesAll ? null : [...ids]
      ids = new Set()
      owesAll = false
      return taken
    },
  }
}
