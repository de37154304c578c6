import { registryErrors } from './errors.ts'

/** What people send in place of a CSV file, by its first bytes; what a file is called tells nothing. */
const otherFiles: readonly [what: string, signature: readonly number[]][] = [
  ['a spreadsheet or an archive (xlsx, ods, zip)', [0x50, 0x4b, 0x03, 0x04]],
  ['an old spreadsheet (xls)', [0xd0, 0xcf, 0x11, 0xe0]],
  ['compressed (gzip)', [0x1f, 0x8b]],
  ['a PDF', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['UTF-16', [0xff, 0xfe]],
  ['UTF-16', [0xfe, 0xff]],
]

/** Of the control characters CSV has tab and line breaks only; UTF-16 without its mark is half zeros. */
const mostControls = 0.05

const refuse = (what: string, cause?: unknown) =>
  registryErrors.import_refused(`The file is ${what}: save it as "CSV UTF-8" and send it again.`, cause)

/**
 * The text of an uploaded CSV file. Spreadsheets like to save in the code page of their country; read as UTF-8 every
 * name would be garbled, so that is refused as well as what is no text at all.
 * @throws import_refused
 */
export function readCsvText(bytes: Buffer): string {
  const [what] = otherFiles.find(([, signature]) => signature.every((byte, i) => bytes[i] === byte)) ?? []
  if (what !== undefined) throw refuse(what)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw refuse('not UTF-8', error)
  }
  // A stray one is told with its line, when the cells are looked at.
  const controls = text.match(/[\0-\x08\x0b\x0e-\x1f\x7f]/g)?.length ?? 0
  if (controls > text.length * mostControls) throw refuse('not text')
  return text
}
