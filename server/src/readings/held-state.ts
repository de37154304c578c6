import { isGood } from './quality.ts'
import { hoursIn } from './hour-figures.ts'
import { type Columns, hourMs } from './rollup.ts'
import { arrayText, integersOf } from './segment-row.ts'

/** A state holds until the next reading, that many intervals at the most: then the sensor is stale. */
const holdsIntervals = 3

/** However slow the sensor, since days are kept with it as an int4. */
export const mostHoldMs = 24 * 86_400_000

/** The longest that a reading of a state holds. */
export const holdMsOf = (intervalS: number): number => Math.min(mostHoldMs, holdsIntervals * intervalS * 1_000)

/** A door is closed from one half on, should a gateway send means. */
export const isOn = (value: number): boolean => value >= 0.5

/** How long a state was known in each hour of a day, and how long of that it was 1; milliseconds. */
export interface Held {
  /** The day, half-open. */
  fromMs: number
  toMs: number
  coveredMs: Float64Array
  onMs: Float64Array
}

/** Adds what holds from one instant until another, as far as that is within the day. */
export function addHeld(held: Held, [fromMs, untilMs]: [number, number], on: boolean): void {
  const endMs = Math.min(untilMs, held.toMs)
  for (let at = Math.max(fromMs, held.fromMs); at < endMs; ) {
    const hour = Math.floor((at - held.fromMs) / hourMs)
    const untilHour = Math.min(endMs, held.fromMs + (hour + 1) * hourMs)
    held.coveredMs[hour] = (held.coveredMs[hour] as number) + untilHour - at
    if (on) held.onMs[hour] = (held.onMs[hour] as number) + untilHour - at
    at = untilHour
  }
}

/** What the good readings of a day hold within it. Pure. @param readings in time order, of the day alone */
export function heldOf({ atMs, values, qualities }: Columns, fromMs: number, toMs: number, holdMs: number): Held {
  const hours = hoursIn(fromMs, toMs)
  const held = { fromMs, toMs, coveredMs: new Float64Array(hours), onMs: new Float64Array(hours) }
  let last = -1
  const hold = (untilMs: number): void => {
    if (last < 0) return
    const at = atMs[last] as number
    addHeld(held, [at, Math.min(untilMs, at + holdMs)], isOn(values[last] as number))
  }
  for (let i = 0; i < atMs.length; i++) {
    if (!isGood(qualities[i])) continue
    hold(atMs[i] as number)
    last = i
  }
  hold(toMs)
  return held
}

export const encodeHeld = ({ coveredMs, onMs }: Held, holdMs: number): string =>
  arrayText([holdMs, ...coveredMs, ...onMs])

/** Null where it was counted with another longest hold. */
export const decodeHeld = (text: string, fromMs: number, toMs: number, holdMs: number): Held | null =>
  heldFrom(integersOf(text, 1 + 2 * hoursIn(fromMs, toMs)), fromMs, toMs, holdMs)

/** @param numbers what `encodeHeld` writes; `Held` takes them over */
export function heldFrom(numbers: Float64Array, fromMs: number, toMs: number, holdMs: number): Held | null {
  if (numbers[0] !== holdMs) return null
  const hours = hoursIn(fromMs, toMs)
  return { fromMs, toMs, coveredMs: numbers.subarray(1, 1 + hours), onMs: numbers.subarray(1 + hours) }
}

/** Part of the covered time in which the state was 1; NaN where nothing is covered. */
export function shareOf({ coveredMs, onMs }: Held, from = 0, to = coveredMs.length): number {
  let [covered, on] = [0, 0]
  for (let hour = from; hour < to; hour++) {
    covered += coveredMs[hour] as number
    on += onMs[hour] as number
  }
  return covered > 0 ? on / covered : Number.NaN
}
