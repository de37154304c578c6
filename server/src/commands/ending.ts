import type { Log } from '#platform'

/** How this process learns that it shall end. Whoever starts something watches `asked` and takes it down again. */
export interface Ending {
  /** Aborted by the first signal, or by an error that nobody caught. */
  asked: AbortSignal
  /** Aborted when it is asked once more: whatever is still being answered is cut off. */
  hurried: AbortSignal
}

/** A signal ended the work; no fault of anybody. */
export class Interrupted extends Error {}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** npm hands on a Ctrl-C that the terminal has sent here already: what comes this close is the same wish. */
const sameWishMs = 1_000
const lookForParentMs = 500
/** After a second wish. A PostgreSQL that is still there is taken over by the next start. */
const lastResortMs = 15_000

/**
 * From now on signals end this process in good order, and so do errors that nobody caught: without this, they would
 * leave the embedded PostgreSQL running without its server.
 */
export function watchForEnd(log: Log, { underNpm }: { underNpm: boolean }): Ending {
  const asked = new AbortController()
  const hurried = new AbortController()
  let askedAtMs = 0
  const onSignal = (name: string) => {
    const nowMs = performance.now()
    if (!asked.signal.aborted) {
      askedAtMs = nowMs
      log.info({ signal: name }, 'stopping')
      asked.abort(new Interrupted(name))
    } else if (nowMs - askedAtMs > sameWishMs && !hurried.signal.aborted) {
      log.info({ signal: name }, 'stopping at once')
      setTimeout(() => process.exit(1), lastResortMs).unref()
      hurried.abort()
    }
  }
  for (const name of signals) process.on(name, onSignal)
  // npm runs us in a shell, and a signal for npm ends that shell instead of us.
  const shell = process.ppid
  if (underNpm) setInterval(() => process.ppid === shell || onSignal('end of npm'), lookForParentMs).unref()
  process.on('uncaughtException', (error) => {
    // While everything is being taken down, connections break in many ways; none of them may stop the taking down.
    if (asked.signal.aborted) return log.warn({ err: error }, 'error while stopping')
    process.exitCode = 1
    log.fatal({ err: error }, 'unexpected error, stopping')
    asked.abort(error)
  })
  return { asked: asked.signal, hurried: hurried.signal }
}

export const whenAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
