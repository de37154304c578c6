import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { cookieOf, signInCookie, signInCookieName } from './cookies.ts'

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
    signInCookieName(`device_${sign('name', account).toString('hex', 0, 6)}`, overTls)

  return {
    /** @returns an id of the device, null where it can't prove that this account has signed in on it */
    proven(cookies: string | undefined, email: string): string | null {
      const account = normal(email)
      const value = cookieOf(cookies, nameOf(account))
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
      return signInCookie(nameOf(account), value, { maxAgeS: lifetimeS, overTls })
    },
  }
}
