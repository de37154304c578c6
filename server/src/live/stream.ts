import type { ServerResponse } from 'node:http'
import type { Holder, Person } from '#auth'
import type { Clock } from '#platform'
import { greeting, heartbeat } from './frames.ts'
import { heartbeatMs, maxBufferedBytes } from './limits.ts'

export type Stream = ReturnType<typeof createStream>

export interface StreamSettings {
  raw: ServerResponse
  headers: Record<string, number | string | string[] | undefined>
  person: Person
  holder: Holder
  clock: Clock
  /** Its reader was too slow, and it was ended. */
  onDropped: () => void
}

/** One reader's connection. What it has not taken yet is bounded: who reads too slowly is let go, and comes back. */
export function createStream({ raw, headers, person, holder, clock, onDropped }: StreamSettings) {
  let writtenAtMs = clock.now()
  raw.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    // For proxies: nginx would gather, others compress, and both hold events back.
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  })
  raw.write(greeting())

  /** @returns false where it was not written: the connection is gone */
  const write = (frame: Buffer): boolean => {
    if (raw.destroyed || raw.writableEnded) return false
    if (raw.writableLength > maxBufferedBytes) {
      // Ending it politely would wait for the reader.
      raw.destroy()
      onDropped()
      return false
    }
    raw.write(frame)
    writtenAtMs = clock.now()
    return true
  }

  return {
    person,
    holder,
    write,
    /** A reader that is behind is not waited for. */
    end: (): void => void (raw.writableLength > 0 ? raw.destroy() : raw.end()),
    /** A comment, where nothing else was written for a while. */
    beat(): void {
      if (clock.now() - writtenAtMs >= heartbeatMs) write(heartbeat)
    },
  }
}
