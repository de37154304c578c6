import { type Columns, columnCentre, runsOf } from './columns.ts'

/** As uPlot takes it: undefined has no point at that time, null is a gap. */
export interface AlignedLines {
  atMs: Float64Array
  lines: (number | null | undefined)[][]
}

interface LinePoints {
  atMs: number[]
  values: (number | null)[]
}

/** A gap needs a time of its own: right after the last point, because uPlot's line goes on until there. */
const gapAfterMs = 1

const pointsOf = (columns: Columns): LinePoints => {
  const atMs: number[] = []
  const values: (number | null)[] = []
  let lastAt: number | null = null
  for (const { from, to } of runsOf(columns)) {
    if (lastAt !== null) {
      atMs.push(lastAt + gapAfterMs)
      values.push(null)
    }
    for (let index = from; index < to; index += 1) {
      lastAt = columnCentre(columns, index)
      atMs.push(lastAt)
      values.push(columns.mean[index] ?? null)
    }
  }
  return { atMs, values }
}

/** All lines over one ascending row of times. */
export const alignLines = (all: readonly (Columns | undefined)[]): AlignedLines => {
  const points = all.map((columns) => (columns ? pointsOf(columns) : { atMs: [], values: [] }))
  const sorted = Float64Array.from(points.flatMap(({ atMs }) => atMs)).sort()
  let count = 0
  for (const time of sorted) if (count === 0 || sorted[count - 1] !== time) sorted[count++] = time
  const atMs = sorted.subarray(0, count)

  const lines = points.map(() => new Array<number | null | undefined>(count).fill(undefined))
  points.forEach((line, position) => {
    const values = lines[position]
    let next = 0
    let isInGap = false
    for (let index = 0; index < count && next < line.atMs.length; index += 1) {
      const time = line.atMs[next]
      // Other lines may have points within the gap: uPlot connects over undefined, so all of it is null.
      if (isInGap && values) values[index] = null
      if (time === undefined || time !== atMs[index]) continue
      const value = line.values[next]
      isInGap = value === null
      if (values) values[index] = value
      next += 1
    }
  })
  return { atMs, lines }
}
