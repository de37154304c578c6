/** Remembers the `limit` results used last, so that memory stays flat however long a simulation runs. */
export const keepRecent = <Value>(limit: number, make: (key: number) => Value): ((key: number) => Value) => {
  const kept = new Map<number, Value>()
  let lastKey = Number.NaN
  let lastValue: Value
  return (key) => {
    if (key === lastKey) return lastValue
    const known = kept.get(key)
    const value = known ?? make(key)
    // A Map keeps the order of insertion: the first entry is the one not used for longest.
    kept.delete(key)
    kept.set(key, value)
    if (kept.size > limit) kept.delete(kept.keys().next().value as number)
    lastKey = key
    lastValue = value
    return value
  }
}
