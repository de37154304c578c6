/** A column of a chart, a value a step; null: nothing is known. */
export type Column = readonly (number | null)[]

/** The top of an axis from zero: 1, 2 or 5 times a power of ten. A chart of nothing but zeros has height all the same. */
export const topOf = (columns: readonly Column[], least: number): number => {
  const most = Math.max(least, ...columns.flatMap((column) => column.filter((value) => value !== null)))
  const power = 10 ** Math.floor(Math.log10(most))
  return [1, 2, 5, 10].map((times) => times * power).find((top) => top >= most * (1 - 1e-9)) ?? most
}

/** Two digits are a hundredth of a step. */
const short = (number: number) => String(Math.round(number * 100) / 100)

/**
 * The `d` of a line in a box as wide as there are steps and 100 high; a gap starts a new line, and a value between gaps
 * is a line of no length, which round caps show as a dot.
 */
export const miniPath = (column: Column, top: number): string => {
  let path = ''
  column.forEach((value, step) => {
    if (value === null) return
    const place = `${short(step + 0.5)} ${short(100 - (100 * Math.min(value, top)) / top)}`
    const before = column[step - 1] ?? null
    const after = column[step + 1] ?? null
    path += before === null ? `M${place}` : `L${place}`
    if (before === null && after === null) path += 'h0'
  })
  return path
}

/** The last value that is known, of the last few steps. */
export const newestOf = (column: Column, within = 3): number | null =>
  column.slice(-within).findLast((value) => value !== null) ?? null
