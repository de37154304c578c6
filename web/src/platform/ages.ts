/** An age as it is spoken: a count of one unit. `now` is anything below five seconds, and times ahead of the clock. */
export interface SpokenAge {
  unit: 'now' | 'seconds' | 'minutes' | 'hours' | 'days'
  count: number
}

const secondMs = 1_000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** Seconds go in steps of five: calmer to look at, and a fifth of the drawing. */
const secondsStep = 5

/** Always rounded down: a reading is never said to be older than it is. */
export const spokenAge = (ageMs: number): SpokenAge => {
  if (ageMs < secondsStep * secondMs) return { unit: 'now', count: 0 }
  if (ageMs < minuteMs) {
    return { unit: 'seconds', count: Math.floor(ageMs / secondMs / secondsStep) * secondsStep }
  }
  if (ageMs < hourMs) return { unit: 'minutes', count: Math.floor(ageMs / minuteMs) }
  if (ageMs < 2 * dayMs) return { unit: 'hours', count: Math.floor(ageMs / hourMs) }
  return { unit: 'days', count: Math.floor(ageMs / dayMs) }
}
