import { LRUCache } from 'lru-cache'
import Negotiator from 'negotiator'
import { type Coding, codings } from './codings.ts'

/** As it is in negotiator 1; its types are those of 0.6. */
interface Encodings {
  encoding(available: string[], options: { preferred: string[] }): string | undefined
}

/** Browsers of a kind all say the same. */
const known = new LRUCache<string, Coding>({ max: 200 })

/**
 * The coding that whoever asks likes best, and of those they like as much the smallest (RFC 9110, 12.5.3).
 * @param accepted the header Accept-Encoding; whoever does not send it gets the body as it is
 */
export function codingFor(accepted: string | undefined): Coding {
  if (accepted === undefined) return 'identity'
  const before = known.get(accepted)
  if (before !== undefined) return before
  const negotiator: Encodings = new Negotiator({ headers: { 'accept-encoding': accepted } })
  const coding = (negotiator.encoding([...codings], { preferred: [...codings] }) ?? 'identity') as Coding
  known.set(accepted, coding)
  return coding
}
