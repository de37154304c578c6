import { createHmac, timingSafeEqual } from 'node:crypto'

/** A message between instances; without a topic it only says that its sender is there. */
export interface BusMessage {
  /** The instance that sent it. */
  from: string
  /** Counts what its sender published: 1 for the first; the newest one's where this is none. */
  sequence: number
  topic: string | null
  content: unknown
}

const signatureLength = 64

const sign = (secret: string, json: string): string => createHmac('sha256', secret).update(json).digest('hex')

/** Signed: whoever can write to Redis can't make instances do anything. */
export function encodeMessage(secret: string, { from, sequence, topic, content }: BusMessage): string {
  const json = JSON.stringify([from, sequence, topic, content])
  return sign(secret, json) + json
}

/** @returns null for what no instance of this installation has sent */
export function decodeMessage(secret: string, text: string): BusMessage | null {
  const json = text.slice(signatureLength)
  const [given, right] = [Buffer.from(text.slice(0, signatureLength)), Buffer.from(sign(secret, json))]
  if (given.length !== right.length || !timingSafeEqual(given, right)) return null
  const [from, sequence, topic, content] = JSON.parse(json) as [string, number, string | null, unknown]
  return { from, sequence, topic, content }
}

/** Says of what comes from other instances whether something before it was missed. */
export function createSequences() {
  const newest = new Map<string, number>()
  return {
    /** @returns `old`: not newer than what was heard before; `gap`: something between the two was not heard */
    note({ from, sequence, topic }: Pick<BusMessage, 'from' | 'sequence' | 'topic'>): 'next' | 'gap' | 'old' {
      const before = newest.get(from) ?? 0
      const next = topic === null ? before : before + 1
      if (sequence < next) return 'old'
      newest.set(from, sequence)
      return sequence > next ? 'gap' : 'next'
    },
    /** Whatever was published up to now counts as missed. */
    forget: (): void => newest.clear(),
  }
}
