import type { Kysely } from 'kysely'
import type { Clock, Log, Tables } from '#platform'
import { type By, nobody } from './by.ts'
import type { AuditEvent } from './entry.ts'
import { appendEach, type Attributed } from './store.ts'

export type Refusals = ReturnType<typeof createRefusals>

/** A refusal, without what tells it from others of its kind. */
export type Refusal = Pick<AuditEvent, 'action'> & { details: Record<string, string | null> }

/** Refusals that are alike are gathered this long. */
const windowMs = 60_000
/** What one address may bring of different entries in a window; what is beyond is told together. */
const mostOfAddress = 20
/** The same of all addresses. */
const mostOfAll = 200
/** Entries that could not be written are kept up to here. */
const mostUnwritten = 1_000

interface Gathered {
  refusal: Attributed
  /** How many have come since the last entry about it. */
  more: number
  since: number
}

/**
 * Whoever is refused can ask as often as they like, so that a line for each would let them fill the disk. The first of
 * its kind (who, from where, what, why) is written at once; how often it came again within the minute is one more
 * entry. Who comes with ever new accounts, or from ever new addresses, is counted together from a point on.
 */
export function createRefusals({ db, clock, log }: { db: Kysely<Tables>; clock: Clock; log: Log }) {
  let gathered = new Map<string, Gathered>()
  let ofAddress = new Map<string, number>()
  let unwritten: Attributed[] = []
  let timer: NodeJS.Timeout | undefined

  const write = async (entries: Attributed[]): Promise<void> => {
    if (entries.length === 0) return
    try {
      await appendEach(db, entries)
    } catch (error) {
      log.warn({ err: error, entries: entries.length }, 'refusals not noted, they are kept until the next minute')
      unwritten = [...unwritten, ...entries].slice(-mostUnwritten)
    }
  }

  const flush = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    const repeated = [...gathered.values()].filter(({ more }) => more > 0)
    const entries = [...unwritten, ...repeated.map(told)]
    gathered = new Map()
    ofAddress = new Map()
    unwritten = []
    await write(entries)
  }

  /** The entry it is counted in. */
  const placeOf = (by: By, refusal: Refusal): { key: string; refusal: Attributed } => {
    const exact = { by, event: { ...refusal, outcome: 'refused' as const } }
    const { actor, address } = by
    const key = JSON.stringify([actor.kind, actor.id, actor.email?.toLowerCase(), address, refusal])
    if (gathered.has(key)) return { key, refusal: exact }
    const { action } = refusal
    const together = (of: string | null, merged: string) => ({
      key: JSON.stringify([action, of]),
      refusal: {
        by: { ...by, actor: nobody, keyId: null, address: of, userAgent: null, requestId: null },
        event: { action, outcome: 'refused' as const, details: { merged } },
      },
    })
    if (gathered.size >= mostOfAll) return together(null, 'several addresses')
    const count = ofAddress.get(address ?? '') ?? 0
    ofAddress.set(address ?? '', count + 1)
    return count < mostOfAddress ? { key, refusal: exact } : together(address, 'several of one address')
  }

  return {
    /** Resolves once the first of its kind is written, or can't be: whoever is refused is refused either way. */
    async note(by: By, refusal: Refusal): Promise<void> {
      const place = placeOf(by, refusal)
      const known = gathered.get(place.key)
      timer ??= setTimeout(() => void flush(), windowMs).unref()
      if (known) {
        known.more++
        return
      }
      gathered.set(place.key, { refusal: place.refusal, more: 0, since: clock.now() })
      await write([place.refusal])
    },

    /** Writes what has been gathered, as at the end of every minute. */
    flush,
  }
}

const told = ({ refusal: { by, event }, more, since }: Gathered): Attributed => ({
  // Of many requests none is the one.
  by: { ...by, requestId: null },
  event: { ...event, times: more, details: { ...event.details, since: new Date(since).toISOString() } },
})
