/** More, and all of the kind is void: it is read from the database again. */
const mostIds = 10_000

/** What of a kind in Redis is void and still there, because Redis was away when it should have been dropped. */
export function createDebt(most = mostIds) {
  /** null: all */
  let owed: Set<number> | null = new Set()
  let beingPaid: readonly number[] | null = []
  let paying = new Set<number>()

  const add = (more: readonly number[] | null): void => {
    if (owed === null) return
    if (more === null || owed.size + more.length > most) owed = null
    else for (const id of more) owed.add(id)
  }

  return {
    /** @param more null: all */
    add,
    /** Until it is paid. */
    isOwed: (id: number): boolean => owed === null || beingPaid === null || owed.has(id) || paying.has(id),
    size: (): number => (owed?.size ?? Infinity) + (beingPaid?.length ?? Infinity),

    /** Drops what is owed now. @returns what is no longer owed; undefined where nothing was owed or it could not be paid */
    async pay(
      drop: (ids: readonly number[] | null) => Promise<boolean>,
    ): Promise<readonly number[] | null | undefined> {
      if (owed?.size === 0) return undefined
      beingPaid = owed && [...owed]
      paying = owed ?? new Set()
      owed = new Set()
      const tried = beingPaid
      const isPaid = await drop(tried)
      beingPaid = []
      paying = new Set()
      if (isPaid) return tried
      add(tried)
      return undefined
    },
  }
}
