import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ingestLimits } from '@plenum/contract'
import { commonErrors } from '#platform'
import { readingErrors } from './errors.ts'
import { isDeeperThan } from './json-depth.ts'
import { notJson } from './rejection.ts'

/**
 * Lines of an NDJSON body as chunks of values, so that memory stays flat however long the body is. Empty lines are
 * passed over but counted: `firstLine` of a chunk is the line number, from 0, of each value's start.
 * @throws body_too_large, line_too_long, body_not_gzip
 */
export async function* readNdjson(
  body: Readable,
  gzip: boolean,
  perChunk: number,
): AsyncGenerator<{ values: unknown[]; lines: number[] }> {
  const source = gzip ? body.pipe(createGunzip()) : body
  // A pipe does not pass errors on: without this, a broken connection would wait for ever.
  if (gzip) body.once('error', (error) => source.destroy(error))
  let values: unknown[] = []
  let lines: number[] = []
  let line = 0
  for await (const bytes of linesOf(source as Readable, gzip)) {
    if (bytes.length > 0) {
      values.push(valueOf(bytes))
      lines.push(line)
    }
    line++
    if (values.length === perChunk) {
      yield { values, lines }
      values = []
      lines = []
    }
  }
  if (values.length > 0) yield { values, lines }
}

async function* linesOf(source: Readable, gzip: boolean): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  let total = 0
  try {
    for await (const piece of source as AsyncIterable<Buffer>) {
      total += piece.length
      if (total > ingestLimits.ndjsonBytes) throw commonErrors.body_too_large()
      const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
      let from = 0
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
        yield checked(bytes.subarray(from, end))
        from = end + 1
      }
      rest = checked(bytes.subarray(from))
    }
  } catch (error) {
    const code = String((error as { code?: unknown }).code)
    if (gzip && /^Z_|^ERR_.*ZLIB/.test(code)) throw readingErrors.body_not_gzip({}, error)
    throw error
  }
  if (rest.length > 0) yield rest
}

function checked(line: Buffer): Buffer {
  if (line.length > ingestLimits.lineBytes)
    throw readingErrors.line_too_long(`At most ${ingestLimits.lineBytes} bytes.`)
  return line.at(-1) === 13 ? line.subarray(0, -1) : line
}

function valueOf(line: Buffer): unknown {
  if (isDeeperThan(ingestLimits.depth, line)) return notJson
  try {
    return JSON.parse(line.toString('utf8'))
  } catch {
    return notJson
  }
}
