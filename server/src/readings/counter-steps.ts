import { isGood } from './quality.ts'
import { type Columns, rise } from './rollup.ts'
import type { Counting, Good } from './stored-readings.ts'

/**
 * What counters count where their readings fall. The same is written in SQL, in 0007_counter.sql, for those who ask the
 * database themselves.
 */

/**
 * Only falls to half or less can be roll-overs: the way round is at most half of the register, which is no smaller than
 * what it showed. Written out as a condition of its own so that rounding can't make one of any other fall.
 */
const fallsFar = (before: number, after: number): boolean => after < before && after <= before / 2

function isRollover(before: number, after: number, rolloverValue: number | null): rolloverValue is number {
  if (rolloverValue === null || !fallsFar(before, after)) return false
  return before <= rolloverValue && after >= 0 && rolloverValue - before + after <= rolloverValue / 2
}

const counterRise = (before: number, after: number, rolloverValue: number | null): number =>
  isRollover(before, after, rolloverValue) ? rolloverValue - before + after : rise(before, after)

/**
 * The same where one of the two was written down by a person: those read whole units off a meter that sends tenths, so
 * a small fall is no reset and counts nothing.
 */
const declaredRise = (before: number, after: number, rolloverValue: number | null): number =>
  isRollover(before, after, rolloverValue) ? rolloverValue - before + after : Math.max(0, after - before)

/** What a counter rose by from a good reading to the next one, over the replacements after the one and not after the other. */
export function counterStep({ rolloverValue, replacements }: Counting, before: Good, after: Good): number {
  const between = replacements.filter(({ atMs }) => atMs > before.atMs && atMs <= after.atMs)
  if (between.length === 0) return counterRise(before.value, after.value, rolloverValue)
  let sum = 0
  let { value } = before
  for (const { finalReading, firstReading } of between) {
    sum += declaredRise(value, finalReading, rolloverValue)
    value = firstReading
  }
  return sum + declaredRise(value, after.value, rolloverValue)
}

/** Two consecutive good readings of a day. */
export interface Step {
  before: Good
  after: Good
}

/** What of a counter's day is needed to judge its falls, whatever is declared later. */
export interface DaySteps {
  firstGoodMs: number
  lastGoodMs: number
  /** Falls that may be roll-overs, and steps in which a meter was replaced. In time order. */
  steps: Step[]
}

/** @param replacedAtMs in time order; those of other days do no harm. @returns null where there is no good reading */
export function stepsOf({ atMs, values, qualities }: Columns, replacedAtMs: readonly number[] = []): DaySteps | null {
  const good = (i: number): Good => ({ atMs: atMs[i] as number, value: values[i] as number })
  let first = -1
  let before = -1
  const steps: Step[] = []
  for (let i = 0; i < atMs.length; i++) {
    if (!isGood(qualities[i])) continue
    if (first < 0) first = i
    else {
      const [fromMs, toMs] = [atMs[before] as number, atMs[i] as number]
      const replaced = replacedAtMs.some((ms) => ms > fromMs && ms <= toMs)
      if (replaced || fallsFar(values[before] as number, values[i] as number))
        steps.push({ before: good(before), after: good(i) })
    }
    before = i
  }
  return first < 0 ? null : { firstGoodMs: atMs[first] as number, lastGoodMs: atMs[before] as number, steps }
}

/** What judging a step adds to the increase that counts every fall from zero. */
export const correctionOf = (counting: Counting, { before, after }: Step): number =>
  counterStep(counting, before, after) - rise(before.value, after.value)
