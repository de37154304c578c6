import { type Columns, columnCentre } from './columns.ts'
import type { Span } from './time-range.ts'

/** A row of marked columns: the middle of its first and of its last. */
export interface Stretch {
  from: number
  to: number
}

/** Neighbouring columns that hold something counted form one stretch; a column without any, or a gap, ends it. */
export const stretchesOf = (columns: Columns, counts: readonly number[] | null): Stretch[] => {
  const stretches: Stretch[] = []
  let open: Stretch | null = null
  counts?.forEach((count, index) => {
    const at = columnCentre(columns, index)
    if (count === 0 || (open && at - open.to > columns.breakMs)) open = null
    if (count === 0) return
    if (open) open.to = at
    else stretches.push((open = { from: at, to: at }))
  })
  return stretches
}

/** One list of several: what is nearer to each other than `apart` becomes one. */
export const joinStretches = (stretches: readonly Stretch[], apart: number): Stretch[] => {
  const joined: Stretch[] = []
  for (const { from, to } of [...stretches].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last && from - last.to < apart) last.to = Math.max(last.to, to)
    else joined.push({ from, to })
  }
  return joined
}

/** Found once for each answer of the server, not at every frame of a zoom. */
const known = new WeakMap<readonly number[], Stretch[]>()

const knownStretches = (columns: Columns, counts: readonly number[] | null): Stretch[] => {
  if (!counts) return []
  const found = known.get(counts) ?? stretchesOf(columns, counts)
  known.set(counts, found)
  return found
}

export type MarkKind = 'suspect' | 'late'

/** The stretches of all lines that lie at least in part within the span. */
export const seenStretches = (
  all: readonly (Columns | undefined)[],
  kind: MarkKind,
  { fromMs, toMs }: Span,
): Stretch[] =>
  all.flatMap((columns) =>
    columns ? knownStretches(columns, columns[kind]).filter(({ from, to }) => to >= fromMs && from <= toMs) : [],
  )
