import { merged, within } from './columns.ts'
import { correctionOf, counterStep, type DaySteps, stepsOf } from './counter-steps.ts'
import { addHeld, decodeHeld, type Held, heldOf, isOn } from './held-state.ts'
import { dayIndexOf } from './local-days.ts'
import { type Columns, type Figures, figuresOfDay, hourMs } from './rollup.ts'
import { decodeFigures, decodeReadings, decodeSteps } from './segment-codec.ts'
import type { SegmentRow } from './segment-row.ts'
import type { PartsQuery, StoredParts } from './segment-store.ts'
import type { Counting, Good } from './stored-readings.ts'

/** Figures of one local day. */
export interface Day {
  fromMs: number
  day: Figures
  hours: Figures[]
  /** Of counters and states; null where there is no good reading. */
  steps: DaySteps | null
  /** Of states; null where that is not known any more. */
  held: Held | null
}

/** What figures of a sensor depend on beside its readings. */
export interface Meaning {
  counting: Counting | undefined
  /** Of states, the longest that a reading holds. */
  holdMs: number | undefined
}

/** Days of sensors in time order, each by itself: what reaches into it from the day before is added later. */
export type ReadDays = (
  query: PartsQuery,
  unit: 'hour' | 'day',
  meanings: { countings: ReadonlyMap<number, Counting>; holdsMs: ReadonlyMap<number, number> },
) => Promise<Map<number, Day[]>>

/** Days in time order: sealed ones as they stand, those with hot rows counted again. Pure. */
export function daysIn(parts: StoredParts, startsMs: Float64Array, { counting, holdMs }: Meaning): Day[] {
  const days: Day[] = []
  const replacedAtMs = counting?.replacements.map(({ atMs }) => atMs)
  const hasSteps = counting !== undefined || holdMs !== undefined
  const addCounted = (readings: Columns, fromMs: number, toMs: number): void => {
    const steps = hasSteps ? stepsOf(readings, replacedAtMs) : null
    const held = holdMs === undefined ? null : heldOf(readings, fromMs, toMs, holdMs)
    days.push({ fromMs, steps, held, ...figuresOfDay(readings, fromMs, toMs) })
  }
  const addSealed = (segment: SegmentRow): void => {
    const { from_ms: fromMs, to_ms: toMs } = segment
    const held = segment.held === null || holdMs === undefined ? null : decodeHeld(segment.held, fromMs, toMs, holdMs)
    // Its interval was another one when it was sealed.
    if (held === null && holdMs !== undefined && segment.step_ms !== null)
      addCounted(decodeReadings(segment), fromMs, toMs)
    else days.push({ fromMs, steps: hasSteps ? decodeSteps(segment) : null, held, ...decodeFigures(segment) })
  }
  let hotFromMs = Number.NEGATIVE_INFINITY
  const addHot = (hot: Columns, atLeastMs: number, atMostMs: number): void => {
    for (let rest = hot; rest.atMs.length > 0; ) {
      const index = dayIndexOf(startsMs, rest.atMs[0] as number)
      // A day that begins within one sealed under another time zone begins where that one ends.
      const fromMs = Math.max(startsMs[index] as number, atLeastMs)
      const toMs = Math.min(startsMs[index + 1] as number, atMostMs)
      addCounted(within(rest, fromMs, toMs), fromMs, toMs)
      rest = within(rest, toMs, Number.POSITIVE_INFINITY)
    }
  }
  for (const segment of parts.segments) {
    const { from_ms: fromMs, to_ms: toMs } = segment
    addHot(within(parts.hot, hotFromMs, fromMs), hotFromMs, fromMs)
    const hot = within(parts.hot, fromMs, toMs)
    // Of a day whose readings were dropped the figures are all there is.
    if (hot.atMs.length === 0 || segment.step_ms === null) addSealed(segment)
    else addCounted(merged(decodeReadings(segment), hot), fromMs, toMs)
    hotFromMs = toMs
  }
  addHot(within(parts.hot, hotFromMs, Number.POSITIVE_INFINITY), hotFromMs, Number.POSITIVE_INFINITY)
  return days
}

/**
 * Adds to the rises of a counter's days what falls and replacements within them mean, and what rose between two days: to
 * the later one, and to its first hour with a good reading.
 */
export function addSteps(days: readonly Day[], counting: Counting, earlier: Good | undefined): void {
  let before = earlier
  for (const { fromMs, day, hours, steps } of days) {
    if (steps === null) continue
    const add = (atMs: number, rose: number): void => {
      const hour = hours[Math.floor((atMs - fromMs) / hourMs)]
      // What a correction takes back may miss zero by a rounding.
      for (const figures of hour ? [day, hour] : [day]) figures.increase = Math.max(0, figures.increase + rose)
    }
    for (const step of steps.steps) add(step.after.atMs, correctionOf(counting, step))
    const first = { atMs: steps.firstGoodMs, value: day.first }
    if (before) add(first.atMs, counterStep(counting, before, first))
    before = { atMs: steps.lastGoodMs, value: day.last }
  }
}

/** Adds to the days of a state how far the last good reading of an earlier day reaches into them. */
export function addCarried(days: readonly Day[], holdMs: number): void {
  let before: Good | undefined
  for (const { day, steps, held } of days) {
    if (before && held) {
      const untilMs = Math.min(before.atMs + holdMs, steps?.firstGoodMs ?? held.toMs)
      addHeld(held, [before.atMs, untilMs], isOn(before.value))
    }
    if (steps) before = { atMs: steps.lastGoodMs, value: day.last }
  }
}
