import { symmetricDecrypt, symmetricEncrypt } from 'better-auth/crypto'
import * as openid from 'openid-client'
import type { Clock, Log } from '#platform'
import { authErrors } from './errors.ts'

export type OpenidProvider = ReturnType<typeof createOpenidProvider>

/** An OpenID provider, as the environment says. */
export interface ProviderSettings {
  issuer: string
  clientId: string
  clientSecret: string
  /** What people call it. */
  name: string
  /** Separated by spaces; with `openid`. */
  scopes: string
}

/** Somebody of the provider. */
export interface Identity {
  issuer: string
  /** The provider's name for the person: never another's, and never changed. */
  subject: string
  /** null unless the provider has verified that it is theirs. */
  email: string | null
}

/** What the browser keeps for us while the person is at the provider. */
interface Underway {
  state: string
  nonce: string
  verifier: string
  next: string
  untilMs: number
}

interface ProviderContext {
  settings: ProviderSettings
  /** Where the provider sends people back to. */
  returnUrl: string
  /** Seals what the browser keeps. */
  secret: string
  clock: Clock
  log: Log
}

/** Between going to the provider and coming back. */
export const underwayS = 600
/** Its addresses and keys are looked up again after this, so that it may change them. */
const knownForMs = 3_600_000
const timeoutS = 10

/**
 * The authorization code flow of OpenID Connect with PKCE, state and nonce (RFC 9700, 2.1). What has to be checked of
 * the answers (signature, issuer, audience, times) the certified library checks.
 */
export function createOpenidProvider({ settings, returnUrl, secret, clock, log }: ProviderContext) {
  let known: { config: Promise<openid.Configuration>; untilMs: number } | null = null

  /** The first to ask looks it up; where that fails the next one tries again. */
  function configuration(): Promise<openid.Configuration> {
    if (known !== null && clock.now() < known.untilMs) return known.config
    const issuer = new URL(settings.issuer)
    // The configuration lets through http on this machine only.
    const onHttp = issuer.protocol === 'http:' ? [openid.allowInsecureRequests] : []
    const execute = [openid.enableNonRepudiationChecks, ...onHttp]
    const options = { execute, timeout: timeoutS }
    const config = openid.discovery(issuer, settings.clientId, settings.clientSecret, undefined, options)
    const looked = { config, untilMs: clock.now() + knownForMs }
    known = looked
    config.catch(() => {
      if (known === looked) known = null
    })
    return config
  }

  /** What went wrong is for the log; it has neither codes nor tokens. */
  const refused = (step: string, error: unknown) => {
    const { message, code } = error as { message?: string; code?: string }
    log.warn({ step, code, reason: message }, 'single sign-on failed')
    return isAway(error)
      ? authErrors.single_sign_on_unavailable({ retryAfterS: 10 }, error)
      : authErrors.single_sign_on_failed({}, error)
  }

  const opened = async (sealed: string | null): Promise<Underway> => {
    const text = await symmetricDecrypt({ key: secret, data: sealed ?? '' }).catch(() => null)
    const underway = text === null ? null : (JSON.parse(text) as Underway)
    if (underway === null || underway.untilMs < clock.now())
      throw authErrors.single_sign_on_failed('It was begun in another browser, or too long ago. Try again.')
    return underway
  }

  return {
    name: settings.name,

    /** @returns where to send the browser, and what it has to bring back. @throws single_sign_on_unavailable */
    async begin(next: string): Promise<{ url: string; sealed: string }> {
      const config = await configuration().catch((error: unknown) => {
        throw authErrors.single_sign_on_unavailable({ retryAfterS: 10 }, refused('discovery', error))
      })
      const underway: Underway = {
        state: openid.randomState(),
        nonce: openid.randomNonce(),
        verifier: openid.randomPKCECodeVerifier(),
        next,
        untilMs: clock.now() + underwayS * 1_000,
      }
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: returnUrl,
        scope: settings.scopes,
        state: underway.state,
        nonce: underway.nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(underway.verifier),
        code_challenge_method: 'S256',
      })
      return { url: url.href, sealed: await symmetricEncrypt({ key: secret, data: JSON.stringify(underway) }) }
    },

    /**
     * @param sealed what `begin` gave the browser, @param search what the provider added to the address
     * @throws single_sign_on_failed, single_sign_on_unavailable
     */
    async finish(sealed: string | null, search: string): Promise<Identity & { next: string }> {
      const { state, nonce, verifier, next } = await opened(sealed)
      try {
        const config = await configuration()
        const url = new URL(returnUrl)
        url.search = search
        const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier }
        const tokens = await openid.authorizationCodeGrant(config, url, checks)
        const claims = tokens.claims()
        if (claims === undefined) throw new Error('no ID token')
        // Providers may keep the e-mail out of the ID token (OpenID Connect Core, 5.4).
        const about =
          claims['email'] === undefined && config.serverMetadata().userinfo_endpoint !== undefined
            ? await openid.fetchUserInfo(config, tokens.access_token, claims.sub)
            : claims
        const { email, email_verified } = about
        const isVerified = typeof email === 'string' && email_verified === true
        return { issuer: claims.iss, subject: claims.sub, email: isVerified ? email : null, next }
      } catch (error) {
        throw refused('sign-in', error)
      }
    },
  }
}

/** Whether nobody is there, or what is there can't answer now. */
function isAway(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof TypeError && each.message === 'fetch failed') return true
    const { code, cause } = each as { code?: string; cause?: unknown }
    if (code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT') return true
    if (cause instanceof Response && cause.status >= 500) return true
  }
  return false
}
