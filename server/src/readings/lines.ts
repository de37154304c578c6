import { readingErrors } from './errors.ts'

/** A line without its end, and its number from 0. */
export interface Line {
  bytes: Buffer
  line: number
}

const newline = 0x0a
const carriageReturn = 0x0d

/**
 * Lines of a body, those of each piece together, so that memory holds one line at most beyond what has arrived. Empty
 * lines are passed over but counted.
 * @throws line_too_long, after the lines before it
 */
export async function* linesOf(pieces: AsyncIterable<Buffer>, lineBytes: number): AsyncGenerator<Line[]> {
  /** Pieces of the line that is not ended yet: put together once, however many they are. */
  let begun: Buffer[] = []
  let begunBytes = 0
  let line = 0
  let found: Line[] = []

  /** @returns false where the line is too long */
  const end = (last: Buffer): boolean => {
    const whole = begun.length === 0 ? last : Buffer.concat([...begun, last])
    begun = []
    begunBytes = 0
    if (whole.length > lineBytes) return false
    const bytes = whole.at(-1) === carriageReturn ? whole.subarray(0, -1) : whole
    if (bytes.length > 0) found.push({ bytes, line })
    line++
    return true
  }
  /** @returns false where a line is too long */
  const take = (piece: Buffer): boolean => {
    let from = 0
    for (let at = piece.indexOf(newline); at >= 0; at = piece.indexOf(newline, from)) {
      if (!end(piece.subarray(from, at))) return false
      from = at + 1
    }
    if (from === piece.length) return true
    begun.push(piece.subarray(from))
    begunBytes += piece.length - from
    return begunBytes <= lineBytes
  }

  for await (const piece of pieces) {
    const isFine = take(piece)
    if (found.length > 0) yield found
    found = []
    if (!isFine) throw readingErrors.line_too_long(`Line ${line}, counted from 0, has over ${lineBytes} bytes.`)
  }
  end(Buffer.alloc(0))
  if (found.length > 0) yield found
}
