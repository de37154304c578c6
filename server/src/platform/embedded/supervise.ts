import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { bringUp, type Cluster } from './bring-up.ts'
import { isRunning, type Postmaster } from './postmaster.ts'

export type Supervision = {
  current(): Postmaster
  /** No restart begins after this resolves; `current` is then the last process there was. */
  end(): Promise<void>
}

/**
 * Restarts PostgreSQL on the same port whenever it dies, for as long as this process lives: the pools heal by
 * themselves when it is back. It never gives up, since nothing else here could do any better.
 */
export function supervise(cluster: Cluster, first: Postmaster): Supervision {
  const ending = new AbortController()
  const { log } = cluster
  let current = first
  /** Grows while starts fail, or servers die as soon as they are up. */
  let delayMs = 0

  async function watch(): Promise<void> {
    while (true) {
      const since = Date.now()
      await death(current, cluster.pgdata, ending.signal)
      if (Date.now() - since > 1_000) delayMs = 0
      log.error({ pid: current.pid, delayMs }, 'PostgreSQL died, starting it again')
      current = await restart()
      log.info({ pid: current.pid, port: current.port }, 'PostgreSQL is back')
    }
  }

  async function restart(): Promise<Postmaster> {
    const { port } = first
    while (true) {
      await pause(delayMs, undefined, { ref: false, signal: ending.signal })
      delayMs = Math.min(Math.max(50, delayMs * 2), 10_000)
      try {
        const onSpawn = (postmaster: Postmaster) => {
          current = postmaster
        }
        const postmaster = await bringUp(cluster, { port, cancelled: ending.signal, onSpawn })
        // One that is killed again and again needs no long wait, only no tight loop.
        delayMs = Math.min(delayMs, 500)
        return postmaster
      } catch (error) {
        if (ending.signal.aborted) throw error
        log.error({ err: error, delayMs }, 'PostgreSQL did not start, trying again')
      }
    }
  }

  const watching = watch().catch((error: unknown) => {
    // The only way out of the loops above is `end`; anything else is a mistake of ours and must be seen.
    if (!ending.signal.aborted) log.error({ err: error }, 'PostgreSQL is no longer supervised')
  })
  return {
    current: () => current,
    async end() {
      ending.abort()
      await watching
    },
  }
}

/** Resolves when the process is gone. None of the waiting keeps this process alive. */
async function death(postmaster: Postmaster, pgdata: string, signal: AbortSignal): Promise<void> {
  const { child } = postmaster
  if (child !== null) {
    if (await isRunning(postmaster, pgdata)) await once(child, 'exit', { signal })
    return
  }
  while (await isRunning(postmaster, pgdata)) await pause(1_000, undefined, { ref: false, signal })
}
