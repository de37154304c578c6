import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** A session's token as the database has it. */
export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('hex')

/**
 * Reads session cookies as the sign-in library writes them: `token.signature`, the signature HMAC-SHA256 in base64. The
 * library reads them too, but takes half a millisecond for it, and every request has one.
 */
export function createSessionCookies({ secret, name }: { secret: string; name: string }) {
  const start = `${name}=`

  return {
    /** @returns null where there is none that this installation has signed */
    tokenOf(cookies: string | undefined): string | null {
      const found = cookies
        ?.split(';')
        .map((one) => one.trim())
        .find((one) => one.startsWith(start))
      if (found === undefined) return null
      const value = decoded(found.slice(start.length))
      const dot = value.lastIndexOf('.')
      if (dot < 1) return null
      const token = value.slice(0, dot)
      const right = createHmac('sha256', secret).update(token).digest()
      const given = Buffer.from(value.slice(dot + 1), 'base64')
      return given.length === right.length && timingSafeEqual(given, right) ? token : null
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
