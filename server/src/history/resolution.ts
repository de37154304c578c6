import type { Resolution } from '@plenum/contract'

/** What records are made of: readings, or buckets of that width. */
export type Grain = Exclude<Resolution, 'auto'>

/** From fine to coarse. */
export const grains: readonly Grain[] = ['raw', '15m', '1h', '1d']

export const minuteMs = 60_000
export const quarterMs = 15 * minuteMs
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs

/** `auto` answers about as many records as fit a chart, whatever the range. */
export function grainFor(asked: Resolution, rangeMs: number): Grain {
  if (asked !== 'auto') return asked
  if (rangeMs <= dayMs) return 'raw'
  if (rangeMs <= 7 * dayMs) return '15m'
  return rangeMs <= 92 * dayMs ? '1h' : '1d'
}
