import { ingestLimits } from '@plenum/contract'
import { isDeeperThan } from './json-depth.ts'
import { linesOf } from './lines.ts'
import { notJson } from './rejection.ts'

/** Values that are stored at once, and the number, from 0, of the line each stands in. */
export interface Lines {
  values: unknown[]
  lines: number[]
}

const perChunk = { values: 5_000, bytes: 1024 * 1024 }

/**
 * Lines of an NDJSON body in chunks, so that memory stays flat however long the body is, and however long its lines.
 * @throws line_too_long
 */
export async function* readNdjson(pieces: AsyncIterable<Buffer>): AsyncGenerator<Lines> {
  let chunk: Lines = { values: [], lines: [] }
  let held = 0
  for await (const some of linesOf(pieces, ingestLimits.lineBytes)) {
    for (const { bytes, line } of some) {
      chunk.values.push(valueOf(bytes))
      chunk.lines.push(line)
      held += bytes.length
      if (chunk.values.length < perChunk.values && held < perChunk.bytes) continue
      yield chunk
      chunk = { values: [], lines: [] }
      held = 0
    }
  }
  if (chunk.values.length > 0) yield chunk
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
