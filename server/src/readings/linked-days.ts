import { correctionOf, counterStep, type DaySteps } from './counter-steps.ts'
import { addFigures, type FigureColumns, noFigures } from './figure-columns.ts'
import { addHeld, type Held, isOn, shareOf } from './held-state.ts'
import { type Figures, hourMs } from './rollup.ts'
import type { Counting, Good } from './stored-readings.ts'

/** Days of one sensor in time order, each by itself: what reaches into one from the day before is added later. */
export interface SensorDays {
  unit: 'hour' | 'day'
  /** Of days or of their hours. */
  columns: FigureColumns
  /** Of counters and states; of gauges none. */
  linked: LinkedDay[]
  /** Of states, the longest that a reading holds. */
  holdMs: number | undefined
}

/** What of a day the next one depends on. */
export interface LinkedDay {
  fromMs: number
  /** Its first row in the columns, and how many it has. */
  row: number
  rows: number
  first: number
  last: number
  /** Null where there is no good reading. */
  steps: DaySteps | null
  /** Of states; null where that is not known any more. */
  held: Held | null
}

/** Figures of one local day. */
export interface Day extends Pick<LinkedDay, 'fromMs' | 'steps' | 'held'> {
  day: Figures
  hours: Figures[]
}

export const noDays = (unit: 'hour' | 'day', holdMs: number | undefined): SensorDays => ({
  unit,
  columns: noFigures(),
  linked: [],
  holdMs,
})

/** @param linked whether it is of a counter or a state */
export function addDay({ unit, columns, linked: links }: SensorDays, one: Day, linked: boolean): void {
  const { fromMs, day, hours, steps, held } = one
  const row = columns.atMs.length
  const rows = unit === 'day' ? [day] : hours
  rows.forEach((figures, i) => addFigures(columns, fromMs + i * hourMs, figures))
  const { first, last } = day
  if (linked) links.push({ fromMs, row, rows: rows.length, first, last, steps, held })
}

/**
 * Adds to the rises of a counter's days what falls and replacements within them mean, and what rose between two days: to
 * the later one, or to its first hour with a good reading.
 * @param earlier the last good reading before the first day that counts
 */
export function addSteps({ unit, columns, linked }: SensorDays, counting: Counting, earlier: Good | undefined): void {
  let before: Good | undefined
  for (const { fromMs, row, rows, first: value, last, steps } of linked) {
    if (steps === null) continue
    const add = (atMs: number, rose: number): void => {
      const index = unit === 'day' ? 0 : Math.floor((atMs - fromMs) / hourMs)
      // What a correction takes back may miss zero by a rounding.
      if (index < rows) columns.increase[row + index] = Math.max(0, (columns.increase[row + index] as number) + rose)
    }
    for (const step of steps.steps) add(step.after.atMs, correctionOf(counting, step))
    const first = { atMs: steps.firstGoodMs, value }
    if (earlier && earlier.atMs < first.atMs) before ??= earlier
    if (before) add(first.atMs, counterStep(counting, before, first))
    before = { atMs: steps.lastGoodMs, value: last }
  }
}

/** Adds to the days of a state how far the last good reading of an earlier day reaches into them. */
function addCarried(linked: readonly LinkedDay[], holdMs: number): void {
  let before: Good | undefined
  for (const { last, steps, held } of linked) {
    if (before && held) {
      const untilMs = Math.min(before.atMs + holdMs, steps?.firstGoodMs ?? held.toMs)
      addHeld(held, [before.atMs, untilMs], isOn(before.value))
    }
    if (steps) before = { atMs: steps.lastGoodMs, value: last }
  }
}

/** Fills in which part of the time a state was 1. */
export function addShares({ unit, columns, linked }: SensorDays, holdMs: number): void {
  addCarried(linked, holdMs)
  for (const { row, rows, held } of linked) {
    for (let i = 0; i < rows; i++) {
      const mean = (columns.sum[row + i] as number) / (columns.count[row + i] as number)
      columns.share[row + i] = held === null ? mean : unit === 'day' ? shareOf(held) : shareOf(held, i, i + 1)
    }
  }
}
