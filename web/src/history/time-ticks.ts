import type { Span } from './time-range.ts'
import { addUnits, type CalendarUnit, offsetMs, startOf } from './zoned-time.ts'

/** How a tick is written: the finest part that changes from one to the next. */
export type TickStyle = 'second' | 'minute' | 'day' | 'month' | 'year'

export interface TimeTick {
  atMs: number
  /** The first tick of a day among hours, of a year among months, says which one it is. */
  style: TickStyle
}

interface TickStep {
  unit: CalendarUnit | 'ms'
  count: number
  approxMs: number
  style: TickStyle
}

const secondMs = 1_000
const minuteMs = 60_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs

const clock = (ms: number): TickStep => ({
  unit: 'ms',
  count: ms,
  approxMs: ms,
  style: ms < minuteMs ? 'second' : 'minute',
})
const calendar = (count: number, unit: CalendarUnit, days: number, style: TickStyle): TickStep => ({
  unit,
  count,
  approxMs: count * days * dayMs,
  style,
})

const steps: readonly TickStep[] = [
  ...[1, 2, 5, 10, 15, 30].map((count) => clock(count * secondMs)),
  ...[1, 2, 5, 10, 15, 30].map((count) => clock(count * minuteMs)),
  ...[1, 2, 3, 6, 12].map((count) => clock(count * hourMs)),
  calendar(1, 'day', 1, 'day'),
  calendar(2, 'day', 1, 'day'),
  calendar(1, 'week', 7, 'day'),
  calendar(2, 'week', 7, 'day'),
  calendar(1, 'month', 30.4, 'month'),
  calendar(2, 'month', 30.4, 'month'),
  calendar(3, 'month', 30.4, 'month'),
  calendar(6, 'month', 30.4, 'month'),
  ...[1, 2, 5, 10].map((count) => calendar(count, 'year', 365, 'year')),
]

/** Ticks within one calendar day stand on round times of its clock. */
const clockTicks = ({ fromMs, toMs }: Span, stepMs: number, timeZone: string): number[] => {
  const ticks: number[] = []
  let atMs = fromMs
  while (atMs <= toMs) {
    const offset = offsetMs(atMs, timeZone)
    const next = Math.ceil((atMs + offset) / stepMs) * stepMs - offset
    // A clock change on the way: the next round time is round by the new clock.
    const changed = offsetMs(next, timeZone) - offset
    const settled = changed === 0 ? next : Math.ceil((next + offset + changed) / stepMs) * stepMs - offset - changed
    if (settled <= toMs && settled >= fromMs && settled > (ticks.at(-1) ?? Number.NEGATIVE_INFINITY)) {
      ticks.push(settled)
    }
    atMs = Math.max(settled, atMs) + secondMs
  }
  return ticks
}

const calendarTicks = ({ fromMs, toMs }: Span, { unit, count }: TickStep, timeZone: string): number[] => {
  if (unit === 'ms') return []
  const ticks: number[] = []
  // Several months are counted from January, so that quarters are quarters.
  let atMs = startOf(unit === 'month' && count > 1 ? 'year' : unit, fromMs, timeZone)
  while (atMs <= toMs) {
    if (atMs >= fromMs) ticks.push(atMs)
    atMs = addUnits(atMs, count, unit, timeZone)
  }
  return ticks
}

/** At most `most` ticks on round times of the building's clock and calendar. */
export const timeTicks = (span: Span, most: number, timeZone: string): TimeTick[] => {
  const width = span.toMs - span.fromMs
  const step = steps.find(({ approxMs }) => width / approxMs <= most) ?? steps.at(-1)
  if (!step || width <= 0) return []
  const times = step.unit === 'ms' ? clockTicks(span, step.count, timeZone) : calendarTicks(span, step, timeZone)
  return times.map((atMs) => {
    const above = step.style === 'month' ? 'year' : step.unit === 'ms' ? 'day' : null
    return { atMs, style: above && startOf(above, atMs, timeZone) === atMs ? above : step.style }
  })
}
