import type { SingleSignOnAnswer } from '@plenum/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import { append } from '#audit'
import type { Tables } from '#platform'
import { byPerson, type PersonNamed } from './by.ts'
import { cookieOf, signInCookie, signInCookieName } from './cookies.ts'
import { authErrors } from './errors.ts'
import type { Entrance } from './entrance.ts'
import { findByEmail, findByIdentity, putIdentity, subjectOf } from './identity-store.ts'
import { type Identity, type OpenidProvider, underwayS } from './openid-provider.ts'
import type { Throttle } from './throttle.ts'

export type SingleSignOn = ReturnType<typeof createSingleSignOn>

interface SingleSignOnContext {
  db: Kysely<Tables>
  /** null: there is none. */
  provider: OpenidProvider | null
  entrance: Pick<Entrance, 'enter' | 'refusing'>
  throttle: Throttle
  overTls: boolean
}

/** Signing in by an OpenID provider, for people who are known here (ADR 0018). */
export function createSingleSignOn({ db, provider, entrance, throttle, overTls }: SingleSignOnContext) {
  const cookieName = signInCookieName('single_sign_on', overTls)
  const cookie = (value: string, maxAgeS: number) => signInCookie(cookieName, value, { maxAgeS, overTls })

  const inUse = (): OpenidProvider => {
    if (provider === null) throw authErrors.single_sign_on_off()
    return provider
  }

  /**
   * Who it is here. The first time by e-mail, from then on by the provider's own name: addresses are given to others
   * when somebody leaves, and may change. @throws single_sign_on_…
   */
  async function personOf(request: FastifyRequest, identity: Identity): Promise<PersonNamed> {
    const unknown = () => authErrors.single_sign_on_unknown('Ask an administrator to invite you.')
    const known = await findByIdentity(db, identity)
    // That somebody is disabled is nobody's business.
    if (known?.disabled) throw unknown()
    if (known) return known
    if (identity.email === null) throw authErrors.single_sign_on_email_unverified()
    const { email, issuer, subject } = identity
    return db.transaction().execute(async (tx) => {
      const person = await findByEmail(tx, email)
      if (!person || person.disabled) throw unknown()
      const connected = await subjectOf(tx, person.id, issuer)
      if (connected === subject) return person
      if (connected !== null) throw authErrors.single_sign_on_other_account('An administrator can disconnect it.')
      await putIdentity(tx, person.id, identity)
      const thing = { kind: 'person', id: person.id, name: person.email }
      await append(tx, byPerson(request, person), { action: 'single_sign_on.connect', thing, details: { issuer } })
      return person
    })
  }

  return {
    name: provider?.name ?? null,

    /** @returns the address of the provider. @throws single_sign_on_off, single_sign_on_unavailable */
    async begin(reply: FastifyReply, next: string): Promise<string> {
      const { url, sealed } = await inUse().begin(next)
      reply.header('set-cookie', cookie(sealed, underwayS))
      return url
    },

    /** @throws single_sign_on_…, too_many_attempts, sign_in_failed of somebody who is disabled */
    async finish(request: FastifyRequest, reply: FastifyReply, search: string): Promise<SingleSignOnAnswer> {
      const from = inUse()
      const sealed = cookieOf(request.headers.cookie, cookieName)
      // Whether it goes well or not, it was the only time.
      reply.header('set-cookie', cookie('', 0))
      return entrance.refusing(request, null, async (known) => {
        const attempt = await throttle.attempt({ kind: 'single_sign_on', account: null, address: request.ip })
        const { next, ...identity } = await from.finish(sealed, search)
        await attempt.succeeded()
        known(identity.email)
        const person = await personOf(request, identity)
        known(person.email)
        return { ...(await entrance.enter(request, reply, person, 'single_sign_on')), next }
      })
    },
  }
}
