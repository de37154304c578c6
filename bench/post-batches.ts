import { setTimeout } from 'node:timers/promises'
import type { IngestAnswer } from '@plenum/contract'
import { openKeepAlive } from './keep-alive-client.ts'

export interface Load {
  /** From the first byte sent to the last answer. */
  ms: number
  /** Of each answer. */
  latenciesMs: number[]
  stored: number
  duplicates: number
}

/**
 * Sends batches over one connection a key, as fast as they are answered; each connection takes the next batch in
 * order. @throws when one is not answered with 200
 * @param everyMs one batch falls due in each such time, whether or not those before are answered, and its latency
 *   counts from then: what waits for a connection to be free waits as well
 */
export async function postBatches(
  port: number,
  keys: readonly string[],
  bodies: Iterable<Buffer>,
  everyMs: number | null = null,
): Promise<Load> {
  const connections = await Promise.all(keys.map(() => openKeepAlive(port)))
  const latenciesMs: number[] = []
  const queue = Iterator.from(bodies).map((body, i) => [i, body] as const)
  let stored = 0
  let duplicates = 0
  const started = performance.now()
  const send = async (connection: (typeof connections)[number], key: string): Promise<void> => {
    const head = ingestHead(key)
    for (const [i, body] of queue) {
      const due = everyMs === null ? performance.now() : started + i * everyMs
      const earlyMs = due - performance.now()
      if (earlyMs > 0) await setTimeout(earlyMs)
      const answer = await connection.exchange(head, body)
      latenciesMs.push(performance.now() - due)
      if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${answer.body}`)
      const counts = JSON.parse(answer.body) as IngestAnswer
      stored += counts.stored
      duplicates += counts.duplicates
    }
  }
  try {
    await Promise.all(connections.map((connection, i) => send(connection, keys[i] as string)))
    return { ms: performance.now() - started, latenciesMs, stored, duplicates }
  } finally {
    for (const connection of connections) connection.close()
  }
}

export const ingestHead = (key: string): string =>
  `POST /api/sensors/data HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\n`
