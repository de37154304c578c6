/**
 * The value that a share of all lie at or below, from counts by bucket: the place within its bucket is estimated as if
 * they were spread evenly, as Prometheus does (histogram_quantile). What lies above the last bound is told as that
 * bound. Pure.
 * @param bounds upper bounds, ascending; `counts` has one more for what lies above
 * @returns null where nothing was counted
 */
export function quantile(share: number, bounds: readonly number[], counts: readonly number[]): number | null {
  const total = counts.reduce((sum, n) => sum + n, 0)
  if (total <= 0) return null
  const wanted = share * total
  let below = 0
  for (const [bucket, bound] of bounds.entries()) {
    const count = counts[bucket] ?? 0
    if (count > 0 && below + count >= wanted) {
      const low = bounds[bucket - 1] ?? 0
      return low + ((bound - low) * Math.max(0, wanted - below)) / count
    }
    below += count
  }
  return bounds.at(-1) ?? null
}
