/**
 * Text as one cell (RFC 4180). A spreadsheet takes a cell that begins with = + - @, a tab or a carriage return for a
 * formula; behind an apostrophe it is text. Numbers are written by us and never come here.
 */
export function csvCell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return harmless !== text || /[",\r\n]/.test(text) ? `"${harmless.replaceAll('"', '""')}"` : text
}

/** A line with its end: text as harmless cells, a number as a number, null as an empty cell. */
export const csvRow = (cells: readonly (string | number | null)[]): string =>
  `${cells.map((cell) => (typeof cell === 'string' ? csvCell(cell) : (cell ?? ''))).join(',')}\r\n`
