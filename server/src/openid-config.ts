/** The part of the environment that is about single sign-on. */
export type OpenidSettings = Readonly<{
  issuer: string
  clientId: string
  clientSecret: string
  name: string
  scopes: string
}>

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * @param fail throws with one line that names the variable
 * @returns null where there is none of it
 */
export function readOpenid(
  text: (name: string) => string | null,
  fail: (name: string, must: string) => never,
): OpenidSettings | null {
  const names = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_NAME', 'OIDC_SCOPES'] as const
  const given = names.find((name) => text(name) !== null)
  if (given === undefined) return null
  const needed = (name: string): string =>
    text(name) ?? fail(name, `must be set where ${name === given ? 'single sign-on' : given} is`)
  const issuer = needed('OIDC_ISSUER')
  const { protocol, hostname, username, search, hash } = URL.parse(issuer) ?? {}
  const isSafe = protocol === 'https:' || (protocol === 'http:' && loopback.has(hostname ?? ''))
  if (!isSafe || username || search || hash)
    fail('OIDC_ISSUER', 'must be the address of the provider, with https unless it is on this machine')
  const clientId = needed('OIDC_CLIENT_ID')
  const clientSecret = needed('OIDC_CLIENT_SECRET')
  const name = text('OIDC_NAME') ?? (hostname as string)
  if (name.length > 60 || /\p{Cc}/u.test(name)) fail('OIDC_NAME', 'must be at most 60 characters on one line')
  const scopes = (text('OIDC_SCOPES') ?? 'openid email profile').split(/\s+/)
  if (
    !scopes.includes('openid') ||
    !scopes.includes('email') ||
    !scopes.every((one) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(one))
  )
    fail('OIDC_SCOPES', 'must be names separated by spaces, openid and email among them')
  if (text('PLENUM_PUBLIC_URL') === null)
    fail('PLENUM_PUBLIC_URL', 'must be set where OIDC_ISSUER is: the provider sends people back to it')
  return Object.freeze({ issuer, clientId, clientSecret, name, scopes: scopes.join(' ') })
}
