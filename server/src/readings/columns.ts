import type { Columns } from './rollup.ts'

export const noReadings: Columns = {
  atMs: new Float64Array(0),
  values: new Float64Array(0),
  qualities: new Uint8Array(0),
}

/** Index of the first instant at or after `ms`. */
export function firstAt(atMs: Float64Array, ms: number): number {
  let low = 0
  let high = atMs.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((atMs[middle] as number) < ms) low = middle + 1
    else high = middle
  }
  return low
}

/** Those in [fromMs, toMs); a view, nothing is copied. */
export function within({ atMs, values, qualities }: Columns, fromMs: number, toMs: number): Columns {
  const from = firstAt(atMs, fromMs)
  const to = firstAt(atMs, toMs)
  if (from === 0 && to === atMs.length) return { atMs, values, qualities }
  return { atMs: atMs.subarray(from, to), values: values.subarray(from, to), qualities: qualities.subarray(from, to) }
}

/** Both in time order; of two for one instant the one of `over`. */
export function merged(under: Columns, over: Columns): Columns {
  if (over.atMs.length === 0) return under
  if (under.atMs.length === 0) return over
  const most = under.atMs.length + over.atMs.length
  const atMs = new Float64Array(most)
  const values = new Float64Array(most)
  const qualities = new Uint8Array(most)
  let count = 0
  const take = (from: Columns, i: number): void => {
    atMs[count] = from.atMs[i] as number
    values[count] = from.values[i] as number
    qualities[count++] = from.qualities[i] as number
  }
  let a = 0
  for (let b = 0; b < over.atMs.length; b++) {
    const at = over.atMs[b] as number
    while (a < under.atMs.length && (under.atMs[a] as number) < at) take(under, a++)
    if (a < under.atMs.length && under.atMs[a] === at) a++
    take(over, b)
  }
  while (a < under.atMs.length) take(under, a++)
  return { atMs: atMs.subarray(0, count), values: values.subarray(0, count), qualities: qualities.subarray(0, count) }
}

/** In time order; they are so already where they come from an index. */
export function inOrder(readings: Columns): Columns {
  const { atMs, values, qualities } = readings
  let i = 1
  while (i < atMs.length && (atMs[i - 1] as number) < (atMs[i] as number)) i++
  if (i >= atMs.length) return readings
  const order = Uint32Array.from(atMs, (_, index) => index).sort((a, b) => (atMs[a] as number) - (atMs[b] as number))
  return {
    atMs: Float64Array.from(order, (index) => atMs[index] as number),
    values: Float64Array.from(order, (index) => values[index] as number),
    qualities: Uint8Array.from(order, (index) => qualities[index] as number),
  }
}
