import { toDecimals, powerOfTen } from './decimal.ts'
import { isGood } from './quality.ts'
import type { ReadingChunk } from './stored-readings.ts'

export const hourMs = 3_600_000

/** Readings of one sensor in time order. */
export type Columns = Pick<ReadingChunk, 'atMs' | 'values' | 'qualities'>

/** Figures of a bucket by itself: of its good readings, NaN where there is none. */
export interface Figures {
  /** Good readings. */
  count: number
  suspect: number
  min: number
  max: number
  sum: number
  first: number
  last: number
  /** Of counters; counts from the bucket's own first good reading. */
  increase: number
}

/** What a counter rose by between two consecutive good readings: a fall is a reset and counts from zero. */
export const rise = (before: number, after: number): number => (after >= before ? after - before : after)

/** Figures of readings[from, to). @param before the good reading before them that the first rise counts from, or NaN */
function figuresOf({ values, qualities }: Columns, from: number, to: number, before: number): Figures {
  const none = Number.NaN
  const figures = { count: 0, suspect: 0, min: none, max: none, sum: none, first: none, last: none, increase: 0 }
  let previous = before
  for (let i = from; i < to; i++) {
    if (!isGood(qualities[i])) {
      figures.suspect++
      continue
    }
    const value = values[i] as number
    if (figures.count++ === 0) {
      figures.min = figures.max = figures.sum = figures.first = value
    } else {
      if (value < figures.min) figures.min = value
      if (value > figures.max) figures.max = value
      figures.sum += value
    }
    if (!Number.isNaN(previous)) figures.increase += rise(previous, value)
    previous = value
  }
  if (figures.count > 0) figures.last = previous
  return figures
}

/** Divided back from integers: one rounding, so a sum of decimals is the double nearest to the true sum. */
function scaledBack(figures: Figures, power: number): Figures {
  if (power === 1) return figures
  const { count, suspect, min, max, sum, first, last, increase } = figures
  return {
    count,
    suspect,
    min: min / power,
    max: max / power,
    sum: sum / power,
    first: first / power,
    last: last / power,
    increase: increase / power,
  }
}

/** Figures of a day and of each of its hours, those without a reading included. */
export interface DayFigures {
  day: Figures
  hours: Figures[]
}

/**
 * In integers where the values are decimals, so that figures are the same whether a day is sealed or not. An hour's
 * increase counts from the good reading before it in the same day. Hours are counted from the day's start: the last one
 * of a day of 23.5 hours is half as long.
 */
export function figuresOfDay(readings: Columns, fromMs: number, toMs: number): DayFigures {
  const exact = toDecimals(readings.values)
  const power = exact ? powerOfTen(exact.decimals) : 1
  const { day, hours } = countDay(exact ? { ...readings, values: exact.integers } : readings, fromMs, toMs)
  return { day: scaledBack(day, power), hours: hours.map((hour) => scaledBack(hour, power)) }
}

/** The same without looking for decimals. */
export function countDay(readings: Columns, fromMs: number, toMs: number): DayFigures {
  const { atMs } = readings
  const hours: Figures[] = []
  let previous = Number.NaN
  let from = 0
  for (let hourFromMs = fromMs; hourFromMs < toMs; hourFromMs += hourMs) {
    let to = from
    while (to < atMs.length && (atMs[to] as number) < hourFromMs + hourMs) to++
    const figures = figuresOf(readings, from, to, previous)
    if (figures.count > 0) previous = figures.last
    hours.push(figures)
    from = to
  }
  return { day: figuresOf(readings, 0, atMs.length, Number.NaN), hours }
}
