import type { Known } from './tower.ts'

/** Figures from plain lists, one by one: what SQL must answer. Tokyo is nine hours ahead all year. */

export const hourMs = 3_600_000
export const tokyo = (day: string, hour = 0): number => Date.parse(`${day}T00:00:00+09:00`) + hour * hourMs
export const dayOf = (atMs: number): string => new Date(atMs + 9 * hourMs).toISOString().slice(0, 10)
export const localHourOf = (atMs: number): number => new Date(atMs + 9 * hourMs).getUTCHours()
export const hourOf = (atMs: number): number => Math.floor(atMs / hourMs) * hourMs

export const good = (readings: Known[]): Known[] => readings.filter(({ suspect }) => !suspect)
export const within = (readings: Known[], fromMs: number, toMs: number): Known[] =>
  readings.filter(({ atMs }) => atMs >= fromMs && atMs < toMs)

export const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)
export const mean = (values: number[]): number => sum(values) / values.length
export const valuesOf = (readings: Known[]): number[] => readings.map(({ value }) => value)

/** What a meter counted, by the bucket of the later of two readings. */
export function increases<Bucket>(readings: Known[], bucketOf: (atMs: number) => Bucket): Map<Bucket, number> {
  const counted = new Map<Bucket, number>()
  good(readings).forEach(({ atMs, value }, i, all) => {
    const before = all[i - 1]
    const bucket = bucketOf(atMs)
    counted.set(bucket, (counted.get(bucket) ?? 0) + (before ? value - (value < before.value ? 0 : before.value) : 0))
  })
  return counted
}

/** Means of hours, by the hour's beginning. */
export function hourlyMeans(readings: Known[]): Map<number, number> {
  const hours = Map.groupBy(good(readings), ({ atMs }) => hourOf(atMs))
  return new Map([...hours].map(([atMs, inside]) => [atMs, mean(valuesOf(inside))]))
}

/** Linear between the two nearest, as `percentile_cont` has it. */
export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const position = share * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(position)] as number, sorted[Math.ceil(position)] as number]
  return low + (high - low) * (position - Math.floor(position))
}

/** Sums are added up in another order: equal to nine digits. */
export const rounded = (value: unknown): unknown => {
  if (typeof value === 'number') return Number(value.toPrecision(9))
  if (Array.isArray(value)) return value.map(rounded)
  return value
}
