const ascending = (values: readonly number[]): number[] => {
  if (values.length === 0) throw new Error('no values')
  return values.toSorted((a, b) => a - b)
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values)
  const half = sorted.length >> 1
  const upper = sorted[half] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2
}

/**
 * The smallest value that at least `share` of all values do not exceed (nearest rank): always one that was measured.
 * @param share 0.99 for p99
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = ascending(values)
  const rank = Math.min(sorted.length, Math.max(1, Math.ceil(sorted.length * share)))
  return sorted[rank - 1] as number
}

export interface Spread {
  median: number
  min: number
  max: number
}

export function spread(values: readonly number[]): Spread {
  const sorted = ascending(values)
  return { median: median(sorted), min: sorted[0] as number, max: sorted.at(-1) as number }
}

/** Of the medians; its range is that of the rounds, each of which measured both. */
export function ratioOf(values: readonly number[], baselines: readonly number[]): Spread {
  const { min, max } = spread(values.map((value, round) => value / (baselines[round] as number)))
  return { median: median(values) / median(baselines), min, max }
}
