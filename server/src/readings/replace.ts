import { distinct } from './identity.ts'
import type { Columns } from './rollup.ts'

/**
 * Readings of one sensor in time order without repetition, as two layers to be laid over what is stored: `first` with
 * the first value of every instant, `last` with the final one of those that came again with another. What happened in
 * between is counted in `overwritten`, see `identity.ts`.
 */
export interface Layers {
  first: Columns
  last: Columns | null
  overwritten: number
}

/** @param pieces readings in the order they came */
export function layersOf(pieces: readonly Columns[]): Layers {
  const all = pieces.length === 1 ? (pieces[0] as Columns) : joined(pieces)
  const { atMs } = all
  let i = 1
  while (i < atMs.length && (atMs[i - 1] as number) < (atMs[i] as number)) i++
  if (i >= atMs.length) return { first: all, last: null, overwritten: 0 }
  const { first, last, overwritten } = distinct({
    sensorIds: Array.from(atMs, () => 0),
    atMs: [...atMs],
    values: [...all.values],
    qualities: [...all.qualities],
  })
  return { first: columnsOf(first), last: last.atMs.length === 0 ? null : columnsOf(last), overwritten }
}

function joined(pieces: readonly Columns[]): Columns {
  const length = pieces.reduce((sum, { atMs }) => sum + atMs.length, 0)
  const all = { atMs: new Float64Array(length), values: new Float64Array(length), qualities: new Uint8Array(length) }
  let at = 0
  for (const piece of pieces) {
    all.atMs.set(piece.atMs, at)
    all.values.set(piece.values, at)
    all.qualities.set(piece.qualities, at)
    at += piece.atMs.length
  }
  return all
}

const columnsOf = ({ atMs, values, qualities }: Record<keyof Columns, number[]>): Columns => ({
  atMs: Float64Array.from(atMs),
  values: Float64Array.from(values),
  qualities: Uint8Array.from(qualities),
})

/**
 * What is stored after `over` came to `under`, both in time order: the same value again changes nothing, another one
 * replaces. @returns the readings, and how many of `over` were new or another; the very `under` where none was
 */
export function replaced(under: Columns, over: Columns): { readings: Columns; changed: number } {
  if (under.atMs.length === 0) return { readings: over, changed: over.atMs.length }
  const most = under.atMs.length + over.atMs.length
  const [atMs, values, qualities] = [new Float64Array(most), new Float64Array(most), new Uint8Array(most)]
  let [count, changed, a] = [0, 0, 0]
  const keep = () => {
    atMs[count] = under.atMs[a] as number
    values[count] = under.values[a] as number
    qualities[count++] = under.qualities[a++] as number
  }
  for (let b = 0; b < over.atMs.length; b++) {
    const at = over.atMs[b] as number
    while (a < under.atMs.length && (under.atMs[a] as number) < at) keep()
    if (a < under.atMs.length && under.atMs[a] === at) {
      if (under.values[a] === over.values[b]) {
        keep()
        continue
      }
      a++
    }
    atMs[count] = at
    values[count] = over.values[b] as number
    qualities[count++] = over.qualities[b] as number
    changed++
  }
  if (changed === 0) return { readings: under, changed }
  while (a < under.atMs.length) keep()
  const readings = {
    atMs: atMs.subarray(0, count),
    values: values.subarray(0, count),
    qualities: qualities.subarray(0, count),
  }
  return { readings, changed }
}
