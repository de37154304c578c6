import type { IngestAnswer } from '@plenum/contract'

/** The endpoint's answer; a lost connection is an exception. */
interface PostAnswer {
  status: number
  retryAfterS: number | null
  /** The counts of a 200; null for anything else. */
  answer: IngestAnswer | null
}

/** Sends readings once, in whatever form; `length` is how many they are. */
export type Post<Readings extends { length: number }> = (readings: Readings) => Promise<PostAnswer>
export type Log = (event: string, detail?: Record<string, unknown>) => void

const firstWaitMs = 500
const longestWaitMs = 30_000

/** What sending the same again later may cure: overload, a server that restarts, a key not yet or no longer known. */
const passes = (status: number): boolean => status >= 500 || [401, 403, 404, 408, 425, 429].includes(status)

/** Name of a network error without its text, which may hold an address. */
const causeOf = (error: unknown): string => {
  const { cause, name } = error as { cause?: { code?: string }; name?: string }
  return cause?.code ?? name ?? 'unknown'
}

/**
 * Makes a function that delivers a batch: it returns once the endpoint has answered for it, however long that takes,
 * or once `signal` is aborted (false). Waits at least what Retry-After asks for, else twice as long each time with
 * jitter, so that gateways that lost the same server do not come back in step.
 */
export const createDelivery = <Readings extends { length: number }>(options: {
  post: Post<Readings>
  sleep: (ms: number) => Promise<void>
  random: () => number
  log: Log
  signal: AbortSignal
}): ((readings: Readings) => Promise<boolean>) => {
  const { post, sleep, random, log, signal } = options

  const attempt = async (readings: Readings): Promise<{ retryAfterS: number | null; why: string } | null> => {
    try {
      const { status, retryAfterS, answer } = await post(readings)
      if (passes(status)) return { retryAfterS, why: `status ${status}` }
      if (answer === null) log('batch_refused', { status, readings: readings.length })
      else if (answer.rejected > 0) {
        const codes = [...new Set(answer.errors.map(({ code }) => code))]
        log('readings_rejected', { rejected: answer.rejected, codes })
      }
      return null
    } catch (error) {
      return { retryAfterS: null, why: causeOf(error) }
    }
  }

  return async (readings) => {
    if (readings.length === 0) return !signal.aborted
    for (let attempts = 1; !signal.aborted; attempts++) {
      const failure = await attempt(readings)
      if (failure === null) {
        if (attempts > 1) log('post_recovered', { attempts })
        return true
      }
      if (signal.aborted) return false
      const backOffMs = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(attempts - 1, 10)) * (0.5 + 0.5 * random())
      const waitMs = Math.round(Math.max(backOffMs, (failure.retryAfterS ?? 0) * 1000 * (1 + 0.2 * random())))
      log('post_failed', { why: failure.why, attempts, wait_ms: waitMs })
      await sleep(waitMs)
    }
    return false
  }
}

export type Pacer = <Result>(work: () => Promise<Result>) => Promise<Result>

/**
 * Lets one piece of work run at a time and rests as long as it took, so that what runs through it takes at most half
 * of one core on the other side.
 */
export const createPacer = (options: { clock: () => number; sleep: (ms: number) => Promise<void> }): Pacer => {
  const { clock, sleep } = options
  let free: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = free.then(async () => {
      const startedMs = clock()
      return { startedMs, value: await work() }
    })
    free = result.then(
      ({ startedMs }) => sleep(clock() - startedMs),
      () => undefined,
    )
    return result.then(({ value }) => value)
  }
}
