/**
 * Text as one cell (RFC 4180). A spreadsheet takes a cell that begins with = + - @ (full-width ones too, and behind
 * spaces), a tab or a line break for a formula; behind an apostrophe it is text (OWASP, CSV Injection). For text only:
 * a number such as -5.2 is written as it is.
 */
export function csvCell(text: string): string {
  const harmless = /^(\s*[=+\-@＝＋－＠]|[\t\r\n])/.test(text) ? `'${text}` : text
  return harmless !== text || /[",\r\n]/.test(text) ? `"${harmless.replaceAll('"', '""')}"` : text
}
