import type { FastifyReply } from 'fastify'
import { historyErrors } from './errors.ts'
import { sqlState } from '#platform'

/** SQLSTATE query_canceled: the statement's own time was up. */
const queryCanceled = '57014'

/** Aborted once the client has gone before its answer was complete. */
export function clientGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort()
  })
  return controller.signal
}

/**
 * Runs a question that is cancelled, in the database too, when its time is up or nobody waits for it any more.
 * @throws history_timed_out, history_abandoned
 */
export async function inTime<T>(
  timeoutMs: number,
  gone: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  // Not AbortSignal.timeout: it can't be called off, and aborts half a millisecond's worth when all is long done.
  const timeUp = new AbortController()
  const timer = setTimeout(() => timeUp.abort(), timeoutMs)
  try {
    return await ask(AbortSignal.any([gone, timeUp.signal]))
  } catch (error) {
    if (gone.aborted) throw historyErrors.history_abandoned({}, error)
    if (timeUp.signal.aborted || sqlState(error) === queryCanceled)
      throw historyErrors.history_timed_out(
        { detail: `It took longer than ${timeoutMs / 1_000} s. Ask for a shorter range or a coarser resolution.` },
        error,
      )
    throw error
  } finally {
    clearTimeout(timer)
  }
}
