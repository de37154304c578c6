import type { IngestAnswer } from '@plenum/contract'
import { openKeepAlive } from './keep-alive-client.ts'

export interface Load {
  /** From the first byte sent to the last answer. */
  ms: number
  /** Of each answer. */
  latenciesMs: number[]
  stored: number
}

/**
 * Sends batches over one connection a key, as fast as they are answered; each connection takes the next batch in
 * order. @throws when one is not answered with 200
 */
export async function postBatches(port: number, keys: readonly string[], bodies: readonly Buffer[]): Promise<Load> {
  const connections = await Promise.all(keys.map(() => openKeepAlive(port)))
  const latenciesMs: number[] = []
  const queue = bodies.values()
  let stored = 0
  const started = performance.now()
  const send = async (connection: (typeof connections)[number], key: string): Promise<void> => {
    const head = ingestHead(key)
    for (const body of queue) {
      const sent = performance.now()
      const answer = await connection.exchange(head, body)
      latenciesMs.push(performance.now() - sent)
      if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${answer.body}`)
      stored += (JSON.parse(answer.body) as IngestAnswer).stored
    }
  }
  try {
    await Promise.all(connections.map((connection, i) => send(connection, keys[i] as string)))
    return { ms: performance.now() - started, latenciesMs, stored }
  } finally {
    for (const connection of connections) connection.close()
  }
}

export const ingestHead = (key: string): string =>
  `POST /api/sensors/data HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\n`
