import type { Coded } from './codings.ts'

/** What a body is answered with. */
export interface BodyAnswer {
  status: 200 | 304
  /** Names and values in turn. */
  headers: string[]
  /** Of 200. */
  bytes: Buffer | null
}

/** Browsers keep the body and ask again with its ETag. Pure. @param hit whether it was there already */
export function answerOf({ coding, etag, bytes }: Coded, hit: boolean, ifNoneMatch: string | undefined): BodyAnswer {
  const headers = ['etag', etag, 'vary', 'accept-encoding', 'x-cache', hit ? 'hit' : 'miss']
  headers.push('cache-control', 'private, no-cache')
  if (isKnown(ifNoneMatch, etag)) return { status: 304, headers, bytes: null }
  if (coding !== 'identity') headers.push('content-encoding', coding)
  headers.push('content-type', 'application/json; charset=utf-8', 'content-length', String(bytes.length))
  return { status: 200, headers, bytes }
}

/** RFC 9110, 13.1.2: a list of tags compared weakly, or `*`. */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch === etag) return true
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}
