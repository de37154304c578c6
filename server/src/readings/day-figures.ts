import { merged, within } from './columns.ts'
import { stepsOf } from './counter-steps.ts'
import { decodeHeld, heldOf } from './held-state.ts'
import { addDay, noDays, type SensorDays } from './linked-days.ts'
import { dayIndexOf } from './local-days.ts'
import type { PackedDays } from './packed-days.ts'
import { type Columns, figuresOfDay } from './rollup.ts'
import { decodeFigures, decodeReadings, decodeSteps } from './segment-codec.ts'
import type { SegmentRow } from './segment-row.ts'
import type { Counting } from './stored-readings.ts'

/** What is stored of a sensor in a range. */
export interface FigureParts {
  timezone: string
  /** Of states, the longest that a reading holds. */
  holdMs: number | undefined
  /** Days whose figures stand as they are. */
  packed: PackedDays | null
  /** Days that are counted from their readings, in time order. */
  segments: SegmentRow[]
  hot: Columns
}

/** Days in time order: sealed ones as they stand, those with hot rows counted again. Pure. */
export function daysIn(
  { holdMs, packed, segments, hot }: Omit<FigureParts, 'timezone'>,
  startsMs: Float64Array,
  counting: Counting | undefined,
  unit: 'hour' | 'day',
): SensorDays {
  const days = noDays(unit, holdMs)
  const replacedAtMs = counting?.replacements.map(({ atMs }) => atMs)
  const linked = counting !== undefined || holdMs !== undefined
  const addCounted = (readings: Columns, fromMs: number, toMs: number): void => {
    const steps = linked ? stepsOf(readings, replacedAtMs) : null
    const held = holdMs === undefined ? null : heldOf(readings, fromMs, toMs, holdMs)
    addDay(days, { fromMs, steps, held, ...figuresOfDay(readings, fromMs, toMs) }, linked)
  }
  const addSealed = (segment: SegmentRow): void => {
    const { from_ms: fromMs, to_ms: toMs } = segment
    const held = segment.held === null || holdMs === undefined ? null : decodeHeld(segment.held, fromMs, toMs, holdMs)
    // Its interval was another one when it was sealed.
    if (held === null && holdMs !== undefined && segment.step_ms !== null)
      addCounted(decodeReadings(segment), fromMs, toMs)
    else addDay(days, { fromMs, steps: linked ? decodeSteps(segment) : null, held, ...decodeFigures(segment) }, linked)
  }
  let hotFromMs = Number.NEGATIVE_INFINITY
  /** Days that only have hot rows, between the sealed day before and `untilMs`. */
  const addHot = (untilMs: number): void => {
    for (let rest = within(hot, hotFromMs, untilMs); rest.atMs.length > 0; ) {
      const index = dayIndexOf(startsMs, rest.atMs[0] as number)
      // A day that begins within one sealed under another time zone begins where that one ends.
      const fromMs = Math.max(startsMs[index] as number, hotFromMs)
      const toMs = Math.min(startsMs[index + 1] as number, untilMs)
      addCounted(within(rest, fromMs, toMs), fromMs, toMs)
      rest = within(rest, toMs, Number.POSITIVE_INFINITY)
    }
  }
  const hasHot = hot.atMs.length > 0
  let next = 0
  const addPacked = (untilMs: number): void => {
    if (packed === null) return
    for (; next < packed.length && packed.fromMs(next) < untilMs; next++) {
      if (hasHot) addHot(packed.fromMs(next))
      packed.addTo(days)
      hotFromMs = packed.toMs(next)
    }
  }
  for (const segment of segments) {
    const { from_ms: fromMs, to_ms: toMs } = segment
    addPacked(fromMs)
    addHot(fromMs)
    const over = within(hot, fromMs, toMs)
    // Of a day whose readings were dropped the figures are all there is.
    if (over.atMs.length === 0 || segment.step_ms === null) addSealed(segment)
    else addCounted(merged(decodeReadings(segment), over), fromMs, toMs)
    hotFromMs = toMs
  }
  addPacked(Number.POSITIVE_INFINITY)
  addHot(Number.POSITIVE_INFINITY)
  return days
}
