import type { ReadingChunk } from '#readings'
import type { Place } from './page.ts'

/**
 * Readings of several sensors in order of place: a binary heap of the chunks by the place of their next reading, for
 * which no reading becomes an object. 10,000 of 30 sensors take half a millisecond; sorted as objects they took three.
 *
 * @param chunks each in time order; those of one sensor don't overlap
 * @param after begins behind this place
 * @param take is given each in turn, until it answers false
 */
export function inOrder(
  chunks: readonly ReadingChunk[],
  after: Place | null,
  take: (chunk: ReadingChunk, index: number) => boolean,
): void {
  // By sensor: of two for one instant, the chunk that stands first comes first.
  const sorted = [...chunks].sort((a, b) => a.sensorId - b.sensorId)
  const next = Uint32Array.from(sorted, (chunk) => (after === null ? 0 : firstBehind(chunk, after)))
  const heap = new Uint32Array(sorted.length)
  const heapMs = new Float64Array(sorted.length)
  let size = 0

  /** Puts a chunk where the heap has a hole, or below it. */
  const sink = (hole: number, which: number, atMs: number): void => {
    for (;;) {
      let child = 2 * hole + 1
      if (child >= size) break
      let childMs = heapMs[child] as number
      if (child + 1 < size) {
        const rightMs = heapMs[child + 1] as number
        if (rightMs < childMs || (rightMs === childMs && (heap[child + 1] as number) < (heap[child] as number))) {
          child++
          childMs = rightMs
        }
      }
      if (atMs < childMs || (atMs === childMs && which < (heap[child] as number))) break
      heap[hole] = heap[child] as number
      heapMs[hole] = childMs
      hole = child
    }
    heap[hole] = which
    heapMs[hole] = atMs
  }

  sorted.forEach(({ atMs }, which) => {
    if ((next[which] as number) >= atMs.length) return
    heap[size] = which
    heapMs[size++] = atMs[next[which] as number] as number
  })
  for (let i = (size >> 1) - 1; i >= 0; i--) sink(i, heap[i] as number, heapMs[i] as number)

  while (size > 0) {
    const which = heap[0] as number
    const chunk = sorted[which] as ReadingChunk
    const index = next[which] as number
    if (!take(chunk, index)) return
    next[which] = index + 1
    if (index + 1 < chunk.atMs.length) sink(0, which, chunk.atMs[index + 1] as number)
    else if (--size > 0) sink(0, heap[size] as number, heapMs[size] as number)
  }
}

/** Index of the first reading whose place is behind another. */
function firstBehind({ sensorId, atMs }: ReadingChunk, after: Place): number {
  let low = 0
  let high = atMs.length
  while (low < high) {
    const middle = (low + high) >> 1
    const at = atMs[middle] as number
    if (at < after.atMs || (at === after.atMs && sensorId <= after.sensorId)) low = middle + 1
    else high = middle
  }
  return low
}
