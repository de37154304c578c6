import type { Batch } from './batch.ts'

/** More positions than a group can have; with an int4 sensor in front they are exact in a double. */
const positions = 2 ** 20

/**
 * The row that each reading of some batches, counted through all of them, gets among rows ordered by sensor; readings of
 * one sensor stay in their order. Null where they are in order as they come.
 *
 * Neighbours in the index are then inserted one after the other, while its page is in the processor's cache: a fifth of
 * PostgreSQL's time where a group has some readings of each sensor. Sorted as numbers, which costs a twentieth of that.
 */
export function rowsBySensor(batches: readonly Batch[], count: number): Uint32Array | null {
  const keys = new Float64Array(count)
  let position = 0
  let before = Number.NEGATIVE_INFINITY
  let inOrder = true
  for (const { sensorIds } of batches) {
    for (let i = 0; i < sensorIds.length; i++) {
      const id = sensorIds[i] as number
      if (id < before) inOrder = false
      before = id
      keys[position] = id * positions + position
      position++
    }
  }
  if (inOrder) return null
  keys.sort()
  const rows = new Uint32Array(count)
  for (let row = 0; row < count; row++) {
    const key = keys[row] as number
    rows[key - Math.floor(key / positions) * positions] = row
  }
  return rows
}
