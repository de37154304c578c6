/** What a cookie says; null where it is not there. */
export function cookieOf(cookies: string | undefined, name: string): string | null {
  const found = cookies
    ?.split(';')
    .map((one) => one.trim())
    .find((one) => one.startsWith(`${name}=`))
  return found?.slice(name.length + 1) ?? null
}

interface Kept {
  /** 0 takes it away. */
  maxAgeS: number
  overTls: boolean
}

/** The name of one that only signing in reads: behind https no page by http can have set it. */
export const signInCookieName = (name: string, overTls: boolean): string =>
  `${overTls ? '__Secure-' : ''}plenum.${name}`

/** The Set-Cookie of one that only signing in reads: no script, no other site. */
export const signInCookie = (name: string, value: string, { maxAgeS, overTls }: Kept): string =>
  `${name}=${value}; Max-Age=${maxAgeS}; Path=/api/auth; HttpOnly; SameSite=Strict${overTls ? '; Secure' : ''}`
