import type { SystemProblem } from '@plenum/contract'
import { setTimeout as pause } from 'node:timers/promises'
import { type Clock, isDatabaseUnavailable, type Log, sqlState } from '#platform'

/** A part of an answer, or why it is missing. */
interface Looked<T> {
  value: T | null
  problem: SystemProblem | null
}

const insufficientPrivilege = '42501'
/** A statement that was cancelled, or did not get its lock. */
const tooLate = new Set(['57014', '55P03'])
/** What is asked after at most this often, however many look. */
const keepMs = 3_000
/** Whoever waits longer for a part is told so. */
const patienceMs = 2_000

const missing = (problem: SystemProblem): Looked<never> => ({ value: null, problem })

function problemOf(error: unknown): SystemProblem {
  if (tooLate.has(sqlState(error))) return 'no_answer_in_time'
  if (sqlState(error) === insufficientPrivilege) return 'not_permitted'
  return isDatabaseUnavailable(error) ? 'unreachable' : 'failed'
}

/**
 * Looks at something that may be slow or away. All who ask share one look, also one that takes long: whatever is stuck
 * is asked once. Never throws.
 * @param read what is there, or why nothing is
 */
export function createLook<T extends object>(
  { clock, log }: { clock: Clock; log: Log },
  name: string,
  read: () => Promise<T | SystemProblem>,
) {
  let running: Promise<Looked<T>> | null = null
  let known: { atMs: number; looked: Looked<T> } | null = null

  const look = async (): Promise<Looked<T>> => {
    try {
      const found = await read()
      return typeof found === 'string' ? missing(found) : { value: found, problem: null }
    } catch (error) {
      log.warn({ err: error, part: name }, 'a part of the system page is missing')
      return missing(problemOf(error))
    }
  }

  return async (): Promise<Looked<T>> => {
    if (known && Math.abs(clock.now() - known.atMs) < keepMs) return known.looked
    running ??= look().then((looked) => {
      known = { atMs: clock.now(), looked }
      running = null
      return looked
    })
    const done = new AbortController()
    const late = pause(patienceMs, missing('no_answer_in_time'), { signal: done.signal, ref: false })
    late.catch(() => {})
    try {
      return await Promise.race([running, late])
    } finally {
      done.abort()
    }
  }
}
