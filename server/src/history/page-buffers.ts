/** Bytes of an answer, whose memory is used again once they are sent. */
export interface PageBytes {
  bytes: Uint8Array
  /** Nobody may read `bytes` any more. */
  release(): void
}

export type PageBuffers = ReturnType<typeof createPageBuffers>

/** Pages that are sent at a time, ordinarily; more are made for more, and not kept. */
const kept = 4

/**
 * Memory for pages, used again. A page is a megabyte outside V8's heap, and by such megabytes V8 judges when to collect
 * all garbage: with fresh ones it did so every dozen pages, and a page took the server 10 ms of CPU instead of 4.
 * @param size bytes of each
 */
export function createPageBuffers(size: number) {
  const free: Uint8Array[] = []
  return {
    size,
    take: (): Uint8Array => free.pop() ?? new Uint8Array(Buffer.allocUnsafeSlow(size).buffer),
    giveBack(bytes: Uint8Array): void {
      if (free.length < kept) free.push(bytes)
    },
  }
}
