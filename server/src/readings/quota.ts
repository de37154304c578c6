import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { KeyInUse } from '#auth'
import { readingErrors } from './errors.ts'

type Quota = Pick<KeyInUse, 'keyId' | 'readingsPerMinute'>
export type Quotas = ReturnType<typeof createQuotas>

/** Readings that each key sent in its current minute, counted by this process. */
export function createQuotas() {
  // Only counts: how much is too much is told by each key.
  const sent = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: 60 })

  const refuseExhausted = async ({ keyId, readingsPerMinute }: Quota): Promise<void> => {
    const minute = await sent.get(keyId)
    if (!minute || minute.consumedPoints < readingsPerMinute) return
    throw readingErrors.quota_exceeded({
      detail: `The key may send ${readingsPerMinute} readings a minute.`,
      retryAfterS: Math.max(1, Math.ceil(minute.msBeforeNext / 1_000)),
    })
  }

  return {
    /** Before any reading is taken: a key that has used up its minute. @throws quota_exceeded */
    refuseExhausted,

    /** Counts readings that are stored already. */
    count: async ({ keyId }: Quota, readings: number): Promise<void> => void (await sent.penalty(keyId, readings)),

    /**
     * Counts readings against the quota while they are stored; those that could not be stored count nothing, or an
     * outage would leave every key exhausted. A batch that goes over the quota is still taken, or a large one would
     * be refused for ever; the next is not.
     * @throws quota_exceeded, and what `store` throws
     */
    async spend<T>(quota: Quota, readings: number, store: () => Promise<T>): Promise<T> {
      await refuseExhausted(quota)
      await sent.penalty(quota.keyId, readings)
      try {
        return await store()
      } catch (error) {
        await sent.reward(quota.keyId, readings)
        throw error
      }
    },
  }
}
