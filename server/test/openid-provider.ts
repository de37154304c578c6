import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import { Provider } from 'oidc-provider'

/** Somebody at the provider. */
export interface Account {
  email: string
  email_verified: boolean
}

export const client = { clientId: 'plenum', clientSecret: 'a secret between the two' }

/**
 * A real OpenID provider on this machine, for one client. Whoever comes is let in at once as the account that is set;
 * it insists on PKCE. Closed after the file.
 */
export async function startOpenidProvider(returnUrl: string) {
  const accounts = new Map<string, Account>()
  const state = { subject: '', refuses: false }
  let handle: RequestListener | null = null
  const server = createServer((request, response) => handle?.(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const issuer = `http://127.0.0.1:${port}`
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [returnUrl],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['of this test'] },
    claims: { email: ['email', 'email_verified'] },
    pkce: { required: () => true },
    ttl: { Session: 600, Interaction: 600, Grant: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, subject) => {
      const account = accounts.get(subject)
      return account && { accountId: subject, claims: () => ({ sub: subject, ...account }) }
    },
    loadExistingGrant: async ({ oidc }) => {
      const grant = new provider.Grant({ clientId: client.clientId, accountId: oidc.session?.accountId as string })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
  })
  const answer = provider.callback()
  handle = async (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return answer(request, response)
    const result = state.refuses ? { error: 'access_denied' } : { login: { accountId: state.subject } }
    await provider.interactionFinished(request, response, result)
  }
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  after(stop)

  return {
    issuer,
    accounts,
    stop,
    /** The next ones to come are this account. */
    signedInAs: (subject: string, account: Account): void => {
      accounts.set(subject, account)
      state.subject = subject
    },
    /** Whoever comes presses Cancel. */
    refuse: (refuses: boolean): void => {
      state.refuses = refuses
    },
    /** Goes to the address as a browser does. @returns what is added to the address that it sends back to */
    async visit(address: string): Promise<string> {
      const cookies = new Map<string, string>()
      let url = new URL(address)
      for (let i = 0; i < 10; i++) {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
        const response = await fetch(url, { redirect: 'manual', headers: { cookie } })
        for (const set of response.headers.getSetCookie()) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
          cookies.set(name, value)
        }
        const location = response.headers.get('location')
        assert.ok(location, `${url.pathname} answered ${response.status}: ${(await response.text()).slice(0, 500)}`)
        url = new URL(location, url)
        if (url.href.startsWith(returnUrl)) return url.search
      }
      return assert.fail('it goes round in circles')
    },
  }
}
