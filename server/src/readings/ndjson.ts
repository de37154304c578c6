import { ingestLimits } from '@plenum/contract'
import { readingErrors } from './errors.ts'
import { isDeeperThan } from './json-depth.ts'
import { notJson } from './rejection.ts'

/** Values that are stored at once, and the number, from 0, of the line each stands in. */
export interface Lines {
  values: unknown[]
  lines: number[]
}

const perChunk = { values: 5_000, bytes: 1024 * 1024 }
const newline = 0x0a
const carriageReturn = 0x0d

/**
 * Lines of an NDJSON body in chunks, so that memory stays flat however long the body is, and however long its lines.
 * Empty lines are passed over but counted.
 * @throws line_too_long
 */
export async function* readNdjson(pieces: AsyncIterable<Buffer>): AsyncGenerator<Lines> {
  let chunk: Lines = { values: [], lines: [] }
  let held = 0
  let line = 0
  const take = (bytes: Buffer): void => {
    refuseTooLong(bytes, line)
    const text = bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes
    if (text.length > 0) {
      chunk.values.push(valueOf(text))
      chunk.lines.push(line)
      held += text.length
    }
    line++
  }

  let rest: Buffer = Buffer.alloc(0)
  for await (const piece of pieces) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    let from = 0
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
      take(bytes.subarray(from, end))
      from = end + 1
      if (chunk.values.length < perChunk.values && held < perChunk.bytes) continue
      yield chunk
      chunk = { values: [], lines: [] }
      held = 0
    }
    rest = bytes.subarray(from)
    refuseTooLong(rest, line)
  }
  take(rest)
  if (chunk.values.length > 0) yield chunk
}

function refuseTooLong(bytes: Buffer, line: number): void {
  if (bytes.length > ingestLimits.lineBytes) {
    throw readingErrors.line_too_long(`Line ${line}, counted from 0, has over ${ingestLimits.lineBytes} bytes.`)
  }
}

function valueOf(text: Buffer): unknown {
  // Nothing that deep is a reading, whatever it says.
  if (isDeeperThan(ingestLimits.depth, text)) return null
  try {
    return JSON.parse(text.toString('utf8'))
  } catch {
    return notJson
  }
}
