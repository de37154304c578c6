import { createHmac } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Clock } from '#platform'
import { authErrors } from './errors.ts'
import { networkOf } from './network-of.ts'
import type { Counter, ThrottleStore } from './throttle-store.ts'

export type Throttle = ReturnType<typeof createThrottle>

/** What somebody tries who may be guessing. */
export interface Attempted {
  kind: keyof typeof rules
  /** As it was typed, there or not; null where nothing is named, as with the token of a link. */
  account: string | null
  /** `request.ip` */
  address: string
  /** The device, where it proved that this account has signed in on it. */
  device?: string | null
}

export interface Attempt {
  /** To be called where it was no guess: it then does not count. */
  succeeded(): Promise<void>
}

const minuteS = 60
const hourS = 60 * minuteS

const perPair = { max: 10, windowS: 15 * minuteS }
/** A whole office may have one address, and everybody in it mistypes on Monday. */
const perAddress = { max: 100, windowS: 15 * minuteS }
/** OWASP ASVS 4.0.3, 2.2.1: at most 100 failed attempts an hour on one account. */
const perAccount = { max: 100, windowS: hourS }
const perDevice = perPair

const rules = {
  sign_in: { perPair, perAddress, perAccount, perDevice },
  /** A code has six digits, of which three are right at a time. */
  second_factor: { perPair, perAddress, perAccount: { max: 20, windowS: hourS }, perDevice },
  single_sign_on: { perPair, perAddress, perAccount, perDevice },
  current_password: { perPair, perAddress, perAccount, perDevice },
  invitation: { perPair, perAddress, perAccount, perDevice },
  password_reset: { perPair, perAddress, perAccount, perDevice },
} as const

/** 262,144 for each rule: so many that strangers rarely share one, so few that nobody can fill a disk with them. */
const bucketBits = 18
/** Between two looks at the database: a flood asks it once a minute. */
const rememberMs = 60_000

/**
 * Slows guessing down by account and by address, without letting a guesser lock the owner out (ADR 0020). Counted in
 * the database, so it holds for all instances together; what is refused is remembered here and costs nothing.
 */
export function createThrottle({ store, secret, clock }: { store: ThrottleStore; secret: string; clock: Clock }) {
  const refusedUntilMs = new LRUCache<string, number>({ max: 10_000 })

  /** From the narrowest on: what a narrow one refuses does not use up a wide one. */
  const countersOf = ({ kind, account, address, device = null }: Attempted): Counter[] => {
    const counter = (rule: keyof (typeof rules)[typeof kind], ...parts: string[]): Counter => {
      const hash = createHmac('sha256', secret)
        .update(JSON.stringify([kind, rule, ...parts]))
        .digest()
      return { rule: `${kind}.${rule}`, bucket: hash.readUInt32BE() >>> (32 - bucketBits), ...rules[kind][rule] }
    }
    const network = networkOf(address)
    if (account === null) return [counter('perAddress', network)]
    const name = account.normalize('NFC').toLowerCase()
    if (device !== null) return [counter('perDevice', name, device)]
    return [counter('perPair', name, network), counter('perAddress', network), counter('perAccount', name)]
  }

  const refuse = (leftMs: number): never => {
    throw authErrors.too_many_attempts({ retryAfterS: Math.max(1, Math.ceil(leftMs / 1_000)) })
  }

  return {
    /**
     * Counts an attempt before it is judged, so that many at once can't slip through.
     * @throws too_many_attempts, with the seconds to wait
     */
    async attempt(attempted: Attempted): Promise<Attempt> {
      const counters = countersOf(attempted)
      const nowMs = clock.now()
      for (const { rule, bucket } of counters) {
        const untilMs = refusedUntilMs.get(`${rule} ${bucket}`) ?? 0
        if (untilMs > nowMs) refuse(untilMs - nowMs)
      }
      for (const counter of counters) {
        const leftS = await store.count(counter)
        if (leftS === null) continue
        refusedUntilMs.set(`${counter.rule} ${counter.bucket}`, nowMs + Math.min(leftS * 1_000, rememberMs))
        refuse(leftS * 1_000)
      }
      return {
        // One after the other: two that give back the same rows at once can't wait for each other.
        succeeded: async () => {
          for (const counter of counters) await store.giveBack(counter)
        },
      }
    },

    dropEnded: store.dropEnded,
  }
}
