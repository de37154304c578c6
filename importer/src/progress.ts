import type { Tally } from './tally.ts'

/** What the import does at the moment, for a person to follow. */
export interface Progress {
  /** `read` counts the files, `register` the sensors found or created, `load` the readings answered. */
  phase: 'read' | 'register' | 'load'
  done: number
  total: number
  ratePerS: number
  /** Null until there is a rate to tell it by. */
  etaS: number | null
  stored: number
  duplicates: number
  rejected: number
  /** Why nothing moves, while the server is busy or away. */
  waiting: string | null
}

export interface ProgressTracker {
  step(phase: 'read' | 'register', done: number, total: number): void
  /** The first call, before anything is sent, is what rate and remaining time are reckoned from. */
  load(tally: Tally, total: number): void
  wait(reason: string): void
}

/** Turns what happens into what is shown; each event is one call of `onProgress`. */
export function trackProgress(
  onProgress: (progress: Progress) => void,
  now = () => performance.now(),
): ProgressTracker {
  const nothingYet = { ratePerS: 0, etaS: null, stored: 0, duplicates: 0, rejected: 0, waiting: null }
  let latest: Progress = { phase: 'read', done: 0, total: 0, ...nothingYet }
  let loadBegan: { at: number; done: number } | undefined
  const show = (progress: Progress) => {
    latest = progress
    onProgress(progress)
  }
  return {
    step: (phase, done, total) => show({ ...latest, phase, done, total, waiting: null }),
    load({ readings, stored, duplicates, rejected }, total) {
      loadBegan ??= { at: now(), done: readings }
      const seconds = (now() - loadBegan.at) / 1000
      const ratePerS = seconds > 0 ? (readings - loadBegan.done) / seconds : 0
      const etaS = ratePerS > 0 ? (total - readings) / ratePerS : null
      const outcome = { stored, duplicates, rejected }
      show({ phase: 'load', done: readings, total, ratePerS, etaS, ...outcome, waiting: null })
    },
    wait: (waiting) => show({ ...latest, waiting }),
  }
}

const words = { read: 'Reading files', register: 'Creating sensors', load: 'Loading readings' }
const count = new Intl.NumberFormat('en-US')

/** One line, for example `Loading readings 44.7% (1,234,567 of 2,763,918), 57,581/s, 27 s left`. */
export function describeProgress({ phase, done, total, ratePerS, etaS, rejected, waiting }: Progress): string {
  const percent = total === 0 ? 100 : (100 * done) / total
  const parts = [`${words[phase]} ${percent.toFixed(1)}% (${count.format(done)} of ${count.format(total)})`]
  if (phase === 'load' && ratePerS > 0) parts.push(`${count.format(Math.round(ratePerS))}/s`)
  if (phase === 'load' && etaS !== null) parts.push(`${count.format(Math.ceil(etaS))} s left`)
  if (rejected > 0) parts.push(`${count.format(rejected)} rejected`)
  if (waiting !== null) parts.push(`waiting: ${waiting}`)
  return parts.join(', ')
}
