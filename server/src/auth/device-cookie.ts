import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

export type DeviceCookies = ReturnType<typeof createDeviceCookies>

const lifetimeS = 180 * 24 * 60 * 60

/**
 * A browser in which somebody has signed in can prove it from then on, for that account only: OWASP's device cookie.
 * It opens nothing. It lets the owner try while strangers are refused (ADR 0020).
 */
export function createDeviceCookies({ secret, overTls }: { secret: string; overTls: boolean }) {
  const sign = (what: string, ...parts: string[]): Buffer =>
    createHmac('sha256', secret)
      .update(JSON.stringify([what, ...parts]))
      .digest()
  const normal = (account: string): string => account.normalize('NFC').toLowerCase()
  /** One an account, as several people may share a browser; which account it is only the server can tell. */
  const nameOf = (account: string): string =>
    `${overTls ? '__Secure-' : ''}plenum.device_${sign('name', account).toString('hex', 0, 6)}`

  return {
    /** @returns an id of the device, null where it can't prove that this account has signed in on it */
    proven(cookies: string | undefined, email: string): string | null {
      const account = normal(email)
      const name = nameOf(account)
      const value = cookies
        ?.split(';')
        .map((one) => one.trim())
        .find((one) => one.startsWith(`${name}=`))
        ?.slice(name.length + 1)
      const [id = '', issuedAtS = '', signature = ''] = value?.split('.') ?? []
      const [given, right] = [Buffer.from(signature, 'base64url'), sign('device', account, id, issuedAtS)]
      if (given.length !== right.length || !timingSafeEqual(given, right)) return null
      return Number(issuedAtS) > Date.now() / 1_000 - lifetimeS ? id : null
    },

    /** The Set-Cookie of an account that has just signed in. A new device each time: an old one's count is not taken over. */
    issue(email: string): string {
      const account = normal(email)
      const id = randomBytes(16).toString('base64url')
      const issuedAtS = String(Math.floor(Date.now() / 1_000))
      const value = `${id}.${issuedAtS}.${sign('device', account, id, issuedAtS).toString('base64url')}`
      const attributes = `Max-Age=${lifetimeS}; Path=/api/auth; HttpOnly; SameSite=Strict${overTls ? '; Secure' : ''}`
      return `${nameOf(account)}=${value}; ${attributes}`
    },
  }
}
