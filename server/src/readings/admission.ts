import { ingestLimits } from '@plenum/contract'
import type { FastifyRequest } from 'fastify'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { commonErrors } from '#platform'
import { readingErrors } from './errors.ts'

/** Bodies held in memory at once, parsed ones included: about ten times this much heap at the worst. */
const bytesInFlight = 32 * 1024 * 1024
/** An NDJSON body is held a chunk at a time. */
const ndjsonBytes = 2 * 1024 * 1024

export type Admission = ReturnType<typeof createAdmission>

/** How much a request may take before its body is read; what it does not say is taken for the most it could be. */
export function bytesClaimed(headers: FastifyRequest['headers']): number {
  if (headers['content-type']?.startsWith('application/x-ndjson')) return ndjsonBytes
  const length = Number(headers['content-length'] ?? Number.NaN)
  const packed = headers['content-encoding'] !== undefined
  return Number.isFinite(length) && !packed ? Math.min(length, ingestLimits.jsonBytes) : ingestLimits.jsonBytes
}

/** Refuses what could not be held, before any of it is read. */
export function createAdmission() {
  let held = 0
  const limiters = new Map<number, RateLimiterMemory>()

  const limiterOf = (readingsPerMinute: number): RateLimiterMemory => {
    let limiter = limiters.get(readingsPerMinute)
    if (!limiter) {
      limiter = new RateLimiterMemory({ keyPrefix: 'key', points: readingsPerMinute, duration: 60 })
      limiters.set(readingsPerMinute, limiter)
    }
    return limiter
  }

  return {
    held: () => held,

    /** @returns gives the bytes back. @throws overloaded */
    claim(bytes: number): () => void {
      if (held + bytes > bytesInFlight) {
        throw commonErrors.overloaded({ detail: 'Too many readings are waiting to be stored.', retryAfterS: 1 })
      }
      held += bytes
      let given = false
      return () => {
        if (!given) held -= bytes
        given = true
      }
    },

    /** Before any reading is taken: a key that has used up its minute. @throws quota_exceeded */
    async refuseExhausted(keyId: number, readingsPerMinute: number): Promise<void> {
      const used = await limiterOf(readingsPerMinute).get(keyId)
      if (!used || used.remainingPoints > 0) return
      const retryAfterS = Math.max(1, Math.ceil(used.msBeforeNext / 1_000))
      throw readingErrors.quota_exceeded({
        detail: `The key may send ${readingsPerMinute} readings a minute.`,
        retryAfterS,
      })
    },

    /** A batch that goes over the quota is still taken, or a large one would be refused for ever; the next is not. */
    async spend(keyId: number, readingsPerMinute: number, readings: number): Promise<void> {
      await limiterOf(readingsPerMinute).penalty(keyId, readings)
    },
  }
}
