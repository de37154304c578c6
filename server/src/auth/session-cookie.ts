import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import { LRUCache } from 'lru-cache'

/** A session's token as the database has it. */
export const hashOfToken = (token: string): string => hash('sha256', token, 'hex')

/**
 * Reads session cookies as the sign-in library writes them: `token.signature`, the signature HMAC-SHA256 in base64. The
 * library reads them too, but takes half a millisecond for it, and every request has one.
 *
 * Headers with a cookie that was found right are remembered by their hash, so that none stands in memory: one hash is
 * cheaper than a look at each cookie, a signature and a hash.
 */
export function createSessionCookies({ secret, name }: { secret: string; name: string }) {
  const start = `${name}=`
  const known = new LRUCache<string, string>({ max: 10_000 })

  const verified = (value: string): string | null => {
    const dot = value.lastIndexOf('.')
    if (dot < 1) return null
    const token = value.slice(0, dot)
    const right = createHmac('sha256', secret).update(token).digest()
    const given = Buffer.from(value.slice(dot + 1), 'base64')
    return given.length === right.length && timingSafeEqual(given, right) ? hashOfToken(token) : null
  }

  return {
    /** @returns the hash of its token; null where there is none that this installation has signed */
    hashOf(cookies: string | undefined): string | null {
      if (cookies === undefined) return null
      const key = hash('sha256', cookies, 'base64')
      const remembered = known.get(key)
      if (remembered !== undefined) return remembered
      const found = cookies
        .split(';')
        .map((one) => one.trim())
        .find((one) => one.startsWith(start))
      if (found === undefined) return null
      const tokenHash = verified(decoded(found.slice(start.length)))
      if (tokenHash !== null) known.set(key, tokenHash)
      return tokenHash
    },
  }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return ''
  }
}
