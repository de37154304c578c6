export type Versions = ReturnType<typeof createVersions>

/** Numbers that are others after a change, by id: what was made under an earlier number is old. */
export function createVersions() {
  let last = 0
  let ofAll = 0
  const ofOne = new Map<number, number>()
  return {
    of: (id: number): number => ofOne.get(id) ?? ofAll,
    /** @param ids null: all */
    changed(ids: Iterable<number> | null): void {
      if (ids !== null) for (const id of ids) ofOne.set(id, ++last)
      else {
        ofAll = ++last
        ofOne.clear()
      }
    },
  }
}
