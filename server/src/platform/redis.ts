import { ErrorReply } from '@redis/client'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { keepConnection, type RedisClient, within } from './redis-connection.ts'

export type Redis = ReturnType<typeof openRedis>

/** A request waits no longer for Redis: what it has, there is elsewhere too. */
const patienceMs = 250

/**
 * Redis for what may be lost at any moment. It connects by itself, at once and again after every loss; whoever asks is
 * answered within a quarter of a second, at once while Redis is known to be away, and goes on without it.
 * @param url `redis:` or `rediss:`; never logged, as it may hold a password
 */
export function openRedis({ url, log, metrics }: { url: string; log: Log; metrics: Metrics }) {
  const unanswered = metrics.counter('plenum_redis_unanswered_total', 'Commands that Redis did not answer in time')
  const connection = keepConnection({
    url,
    name: 'plenum',
    missesUntilDown: 1,
    beat: (client) => within(patienceMs, client.ping()),
    onUp: () => log.info('Redis answers'),
    onDown: (error) => log.warn({ err: error }, 'Redis does not answer; going on without it'),
  })
  metrics.gauge('plenum_redis_up', '1 while Redis answers', () => Number(connection.isUp()))

  return {
    /**
     * What Redis answers; undefined where it does not, or not in time.
     * @param command one command, or several that are sent together
     */
    async ask<T>(command: (client: RedisClient) => Promise<T>): Promise<T | undefined> {
      if (!connection.isUp()) return undefined
      try {
        return await within(patienceMs, command(connection.client()))
      } catch (error) {
        unanswered.inc()
        // It refuses this command (it is full, say), and may well answer the next.
        if (error instanceof ErrorReply) log.debug({ err: error }, 'Redis refused a command')
        else connection.failed(error)
        return undefined
      }
    },

    /** `why` it is away, where it is. */
    status: (): { up: boolean; why: string } => ({ up: connection.isUp(), why: connection.why() }),

    close: connection.close,
  }
}
