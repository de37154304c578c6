import { csvCell } from './csv-cell.ts'

/** A line with its end: text as harmless cells, a number as a number, null as an empty cell. */
export const csvRow = (cells: readonly (string | number | null)[]): string =>
  `${cells.map((cell) => (typeof cell === 'string' ? csvCell(cell) : (cell ?? ''))).join(',')}\r\n`
