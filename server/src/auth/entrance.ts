import { createHash, randomBytes } from 'node:crypto'
import type { CodeGiven, SignedInUser, SignInAnswer } from '@plenum/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { byRequest, nobody, type Refusals } from '#audit'
import { PlenumError } from '#platform'
import { byPerson, type PersonNamed } from './by.ts'
import { cookieOf, signInCookie, signInCookieName } from './cookies.ts'
import type { DeviceCookies } from './device-cookie.ts'
import { authErrors } from './errors.ts'
import { hand, type Library, type Opened } from './library.ts'
import type { SessionStore, SignedInBy } from './session-store.ts'
import type { AuthStore } from './store.ts'
import type { Throttle } from './throttle.ts'
import type { TwoFactor } from './two-factor.ts'
import { type FirstFactor, stepS, type TwoFactorStore } from './two-factor-store.ts'

export type Entrance = ReturnType<typeof createEntrance>

interface EntranceContext {
  library: Library
  store: Pick<AuthStore, 'personNamed'>
  steps: TwoFactorStore
  sessionStore: SessionStore
  twoFactor: TwoFactor
  refusals: Refusals
  throttle: Throttle
  devices: DeviceCookies
  overTls: boolean
}

/** People type passwords into the wrong field: what is no address is not kept. */
const addressIn = (text: string | null): string | null => (text?.includes('@') ? text : null)

/** 256 random bits: SHA-256 needs neither salt nor stretching. */
const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()

const twoFactorRequired = { two_factor_required: true } as const

/**
 * Where people come in, whatever they prove to be themselves with: a password or a provider first, and a code where
 * they want one to be asked for. Only then is there a session.
 */
export function createEntrance(context: EntranceContext) {
  const { library, store, steps, sessionStore, twoFactor, refusals, throttle, devices, overTls } = context
  const cookieName = signInCookieName('sign_in_step', overTls)
  const stepCookie = (token: string, maxAgeS: number) => signInCookie(cookieName, token, { maxAgeS, overTls })

  /** Hands a session to the browser; the one it had ends. */
  async function letIn(
    request: FastifyRequest,
    reply: FastifyReply,
    { user, cookies }: Opened,
    how: SignedInBy,
  ): Promise<SignedInUser> {
    if (request.headers.cookie !== undefined) await library.end(request)
    // Before the cookie is handed out: without an entry nobody has the session.
    await sessionStore.noteSignIn(byPerson(request, user), how)
    hand(reply, [...cookies, devices.issue(user.email)])
    return user
  }

  /** The first factor is proven, and there is a second one. */
  async function askForCode(
    request: FastifyRequest,
    reply: FastifyReply,
    person: PersonNamed,
    firstFactor: FirstFactor,
  ): Promise<typeof twoFactorRequired> {
    const token = randomBytes(32).toString('base64url')
    await steps.transaction(async (tx) => {
      await steps.addStep(tx, { hash: hashOf(token), personId: person.id, firstFactor })
      const details = { first_factor: firstFactor }
      await steps.append(tx, byPerson(request, person), { action: 'session.code_required', details })
    })
    hand(reply, [stepCookie(token, stepS)])
    return twoFactorRequired
  }

  /**
   * Notes what is refused, with the e-mail that is known by then: of whoever tries, or told to `known`.
   * @throws what the work throws
   */
  async function refusing<T>(
    request: FastifyRequest,
    email: string | null,
    work: (known: (email: string | null) => void) => Promise<T>,
  ): Promise<T> {
    let of = email
    try {
      return await work((known) => {
        of = known
      })
    } catch (error) {
      if (error instanceof PlenumError && error.status < 500)
        await refusals.note(byRequest(request, { ...nobody, email: addressIn(of) }), {
          action: 'session.refused',
          details: { code: error.code },
        })
      throw error
    }
  }

  return {
    refusing,

    /** Opens a session and sets its cookie, or asks for a code. @throws sign_in_failed, too_many_attempts */
    signIn: (
      request: FastifyRequest,
      reply: FastifyReply,
      credentials: { email: string; password: string },
    ): Promise<SignInAnswer> =>
      refusing(request, credentials.email, async () => {
        const { email: account } = credentials
        const device = devices.proven(request.headers.cookie, account)
        const attempt = await throttle.attempt({ kind: 'sign_in', account, address: request.ip, device })
        const opened = await library.openByPassword(request, credentials)
        await attempt.succeeded()
        if ('user' in opened) return { user: await letIn(request, reply, opened, { first_factor: 'password' }) }
        return askForCode(request, reply, await store.personNamed(opened.personId), 'password')
      }),

    /** The same for somebody who has proven who they are in another way. @throws sign_in_failed of somebody disabled */
    async enter(
      request: FastifyRequest,
      reply: FastifyReply,
      person: PersonNamed,
      firstFactor: FirstFactor,
    ): Promise<SignInAnswer> {
      if (await twoFactor.isEnabled(person.id)) return askForCode(request, reply, person, firstFactor)
      const opened = await library.open(request, person.id)
      return { user: await letIn(request, reply, opened, { first_factor: firstFactor }) }
    },

    /** The code that was asked for. @throws code_not_asked, sign_in_code_wrong, too_many_attempts */
    async giveCode(request: FastifyRequest, reply: FastifyReply, given: CodeGiven): Promise<SignedInUser> {
      const { cookie } = request.headers
      const hash = hashOf(cookieOf(cookie, cookieName) ?? '')
      const step = await steps.findStep(hash)
      if (!step) throw authErrors.code_not_asked('Sign in with your password first; a code follows within ten minutes.')
      const { id, email } = step
      return refusing(request, email, async () => {
        const owner = { id, email, by: byPerson(request, step), device: devices.proven(cookie, email) }
        const how = await twoFactor.counted(owner, async (tx) => {
          const secondFactor = await twoFactor.take(tx, id, given)
          if (secondFactor === null) throw authErrors.sign_in_code_wrong()
          // Somebody has been faster with another code.
          if (!(await steps.takeStep(tx, hash))) throw authErrors.code_not_asked()
          return { first_factor: step.first_factor as FirstFactor, second_factor: secondFactor }
        })
        const opened = await library.open(request, id)
        const user = await letIn(request, reply, opened, how)
        hand(reply, [stepCookie('', 0)])
        return user
      })
    },
  }
}
