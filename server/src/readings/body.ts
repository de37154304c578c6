import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { commonErrors } from '#platform'
import { readingErrors } from './errors.ts'

/** What is read of a refused body so that its sender sees the answer instead of a reset connection. */
const lingerBytes = 4 * 1024 * 1024

/** True for gzip, false for none. @throws encoding_unsupported */
export function isGzip(contentEncoding = 'identity'): boolean {
  const coding = contentEncoding.trim().toLowerCase()
  if (coding === 'identity') return false
  if (coding === 'gzip' || coding === 'x-gzip') return true
  throw readingErrors.encoding_unsupported('Send the body plain or with Content-Encoding: gzip.')
}

/**
 * The bytes of a body as they arrive, unpacked where they are gzip. Neither the packed nor the unpacked ones go over
 * `limit`, so a gzip bomb stops there.
 * @throws body_too_large, body_not_gzip, body_cut_off
 */
export const bytesOf = (body: Readable, gzip: boolean, limit: number): AsyncIterable<Buffer> =>
  gzip ? bounded(unpacked(bounded(received(body), limit)), limit) : bounded(received(body), limit)

async function* received(body: Readable): AsyncGenerator<Buffer> {
  try {
    // A request that is destroyed takes the socket with it, and no answer could be sent.
    for await (const piece of body.iterator({ destroyOnReturn: false })) yield piece as Buffer
  } catch (error) {
    throw readingErrors.body_cut_off({}, error)
  }
}

async function* unpacked(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    // A pipeline passes on what `packed` throws, which a mere pipe would wait for without end.
    yield* pipeline(packed, createGunzip({ chunkSize: 64 * 1024 }), () => {}) as AsyncIterable<Buffer>
  } catch (error) {
    throw /^Z_|ZLIB/.test(String((error as { code?: unknown }).code)) ? readingErrors.body_not_gzip({}, error) : error
  }
}

async function* bounded(pieces: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Buffer> {
  let total = 0
  for await (const piece of pieces) {
    total += piece.length
    if (total > limit) throw commonErrors.body_too_large()
    yield piece
  }
}

/**
 * Lets go of what is left of a body, when its answer is known before its end. Node leaves a half-read body where it
 * is: the sender would fill the socket's buffers and then wait for ever to be read.
 */
export function letGo(body: Readable): void {
  let left = lingerBytes
  body.on('data', (piece: Buffer) => {
    left -= piece.length
    if (left < 0) body.destroy()
  })
}
