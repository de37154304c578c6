import type { Figures } from './rollup.ts'

/** A day of a sensor as it stands in the table; arrays as PostgreSQL writes them, `{1,2,3}`. */
export interface SegmentRow extends Omit<Figures, 'increase'> {
  sensor_id: number
  /** Local calendar day, `2026-11-23`. */
  day: string
  from_ms: number
  to_ms: number
  /** Rises within the day; null for kinds that are not counters. */
  increase: number | null
  /** Value of the newest reading where that one is suspect. */
  newest: number | null
  first_ms: number
  last_ms: number
  /** Of counters and states, where that is another reading; null: `first_ms`, `last_ms`. */
  first_good_ms: number | null
  last_good_ms: number | null
  /** Null once the readings were dropped. */
  step_ms: number | null
  unit_ms: number | null
  /** Null: values are stored as doubles. */
  decimals: number | null
  base: number | null
  hours_int2: string | null
  hours_int4: string | null
  hours_float8: string | null
  /** Of counters: falls that may be roll-overs, and replacements of the meter; null where there is none. */
  steps: string | null
  /** Of states: how long readings held, see held-state.ts. */
  held: string | null
  suspect_at: string | null
  late_at: string | null
  times_int2: string | null
  times_int4: string | null
  values_int2: string | null
  values_int4: string | null
  values_float8: string | null
}

/** `{1,-2,3}`. A double is written in the shortest form that reads back as itself, -0 included. */
export function arrayText(numbers: ArrayLike<number>): string {
  const { length } = numbers
  let text = '{'
  for (let i = 0; i < length; i++) {
    const number = numbers[i] as number
    text += (i === 0 ? '' : ',') + (number === 0 && 1 / number < 0 ? '-0' : number)
  }
  return `${text}}`
}

/** @param length how many numbers the text holds at least */
export function integersOf(text: string, length: number): Float64Array {
  const numbers = new Float64Array(length)
  let count = 0
  let number = 0
  let negative = false
  for (let i = 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 48) {
      if (code > 57) numbers[count++] = negative ? -number : number
      else {
        number = number * 10 + (code - 48)
        continue
      }
    } else if (code === 45) {
      negative = true
      continue
    } else numbers[count++] = negative ? -number : number
    number = 0
    negative = false
  }
  return numbers
}

export const doublesOf = (text: string): Float64Array =>
  text.length === 2 ? new Float64Array(0) : Float64Array.from(text.slice(1, -1).split(','), Number)
