import { createHmac, timingSafeEqual } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Metrics, Redis } from '#platform'
import type { AccessChanges } from './access-changes.ts'
import type { Person } from './access.ts'

export type SessionMemory = ReturnType<typeof createSessionMemory>

/** Whose a session is and what they may, as it was in a snapshot of the database. */
export interface SessionFound {
  /** Whatever changes in a transaction before this one was seen. */
  readAsOf: bigint
  id: string
  createdAtMs: number
  expiresAtMs: number
  person: Omit<Person, 'kind' | 'key'>
}

interface SessionMemoryContext {
  redis: Redis | null
  /** Signs what lies in Redis. */
  secret: string
  changes: AccessChanges
  metrics: Metrics
  /** From the tables, by the hash of the token. */
  read(hash: string): Promise<SessionFound | null>
}

/** Far below how long changes are known: a session that is in use costs a statement in this time. */
const rememberMs = 60 * 60_000
/** Shorter, as Redis may hold what is older than the database: one that was restored. */
const sharedMs = 10 * 60_000
/** With the number of this shape: another version reads its own. */
const keyOf = (hash: string): string => `plenum:session:1:${hash}`

/**
 * Sessions as they were last read, in this process and, where there is one, in Redis for all processes. What is
 * remembered counts only as long as the database knows of no change since (ADR 0019), so nothing has to be taken out
 * of Redis, and Redis may be lost, set back or late.
 */
export function createSessionMemory({ redis, secret, changes, metrics, read }: SessionMemoryContext) {
  const here = new LRUCache<string, SessionFound>({ max: 10_000, ttl: rememberMs })
  let restored = 0
  const lookUps = metrics.counter('plenum_session_lookups_total', 'Sessions looked up, by where they were found', [
    'in',
  ])

  /** With its key: nobody who can write to Redis can make a session, or give one another's rights. */
  const sign = (hash: string, text: string): Buffer =>
    createHmac('sha256', secret)
      .update(JSON.stringify(['session', hash, text]))
      .digest()
  const holds = (found: SessionFound | null | undefined): found is SessionFound =>
    !!found && changes.holds(found.person.userId, found.readAsOf)

  const fromRedis = async (hash: string): Promise<SessionFound | null> => {
    const text = await redis?.ask((client) => client.get(keyOf(hash)))
    if (typeof text !== 'string') return null
    const signature = Buffer.from(text.slice(0, 64), 'hex')
    const right = sign(hash, text.slice(64))
    if (signature.length !== right.length || !timingSafeEqual(signature, right)) return null
    const { readAsOf, ...found } = JSON.parse(text.slice(64)) as Omit<SessionFound, 'readAsOf'> & { readAsOf: string }
    return { ...found, readAsOf: BigInt(readAsOf) }
  }
  const toRedis = (hash: string, { readAsOf, ...found }: SessionFound): void => {
    const text = JSON.stringify({ ...found, readAsOf: String(readAsOf) })
    // Nobody waits for it.
    void redis?.ask((client) =>
      client.set(keyOf(hash), sign(hash, text).toString('hex') + text, {
        expiration: { type: 'PX', value: sharedMs },
      }),
    )
  }

  /** Once changes are known. */
  const rememberedHere = (hash: string): SessionFound | null => {
    if (restored !== changes.timesRestored()) {
      restored = changes.timesRestored()
      here.clear()
    }
    const remembered = here.get(hash)
    if (!holds(remembered)) return null
    lookUps.inc({ in: 'process' })
    return remembered
  }

  return {
    /** What `find` would answer without waiting; null where it would wait. */
    held: (hash: string): SessionFound | null => (changes.areKnown() ? rememberedHere(hash) : null),

    /** @returns null where there is no such session. @throws where the database is away */
    async find(hash: string): Promise<SessionFound | null> {
      await changes.known()
      const remembered = rememberedHere(hash)
      if (remembered) return remembered
      const shared = await fromRedis(hash)
      if (holds(shared)) {
        lookUps.inc({ in: 'redis' })
        here.set(hash, shared, { ttl: sharedMs })
        return shared
      }
      lookUps.inc({ in: 'database' })
      const found = await read(hash)
      if (found === null) here.delete(hash)
      else {
        here.set(hash, found)
        toRedis(hash, found)
      }
      return found
    },
  }
}
