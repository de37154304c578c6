import type { SignedInUser } from '@plenum/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { byRequest, nobody, type Refusals } from '#audit'
import { PlenumError } from '#platform'
import { byPerson } from './by.ts'
import type { DeviceCookies } from './device-cookie.ts'
import { authErrors } from './errors.ts'
import type { SessionStore } from './session-store.ts'
import type { Sessions } from './sessions.ts'
import { clientAddressHeader, type SignIn } from './sign-in.ts'
import type { Throttle } from './throttle.ts'

export type Library = ReturnType<typeof createLibrary>

/** What the sign-in library answers, in its own spelling. */
interface Answered {
  session: { createdAt: string }
  user: Omit<SignedInUser, 'sees_presence' | 'time_zone'> & {
    seesPresence: boolean
    timeZone?: string | null
    disabledAt: string | null
  }
}

const onWire = ({ user: { seesPresence, timeZone = null, ...user } }: Pick<Answered, 'user'>): SignedInUser => ({
  ...user,
  sees_presence: seesPresence,
  time_zone: timeZone,
})

interface LibraryContext {
  signIn: SignIn
  sessions: Sessions
  sessionStore: SessionStore
  refusals: Refusals
  throttle: Throttle
  devices: DeviceCookies
}

/** People type passwords into the wrong field: what is no address is not kept. */
const addressIn = (text: string): string | null => (text.includes('@') ? text : null)

function hand(reply: FastifyReply, cookies: string[]): void {
  if (cookies.length > 0) reply.header('set-cookie', cookies)
}

/** The routes of the sign-in library that ours stand before. */
export function createLibrary({ signIn, sessions, sessionStore, refusals, throttle, devices }: LibraryContext) {
  /** Hands a request to the library; its cookies are for the browser. */
  async function ask(
    method: 'GET' | 'POST',
    path: string,
    request: FastifyRequest,
    body?: unknown,
  ): Promise<{ answer: unknown; cookies: string[] }> {
    const headers = new Headers({ [clientAddressHeader]: request.ip })
    for (const name of ['cookie', 'user-agent']) {
      const value = request.headers[name]
      if (typeof value === 'string') headers.set(name, value)
    }
    if (body !== undefined) headers.set('content-type', 'application/json')
    const url = new URL(path, signIn.options.baseURL)
    const init = { method, headers, body: body === undefined ? null : JSON.stringify(body) }
    const answer = await signIn.handler(new Request(url, init))
    if (answer.status >= 500) throw await sessions.whyFailed(new Error(`sign-in answered ${answer.status}`))
    if (!answer.ok) throw authErrors.sign_in_failed()
    const text = await answer.text()
    return { answer: text === '' ? null : JSON.parse(text), cookies: answer.headers.getSetCookie() }
  }

  /** The session that the request came with, if there is one. */
  async function end(request: FastifyRequest) {
    const { cookie } = request.headers
    await sessions.end(cookie, (person) => byPerson(request, person))
    const ended = await ask('POST', '/api/auth/sign-out', request)
    await sessions.assertEnded(cookie)
    return ended
  }

  return {
    /** Opens a session and sets its cookie; the one there was ends. @throws sign_in_failed, too_many_attempts */
    async signIn(
      request: FastifyRequest,
      reply: FastifyReply,
      credentials: { email: string; password: string },
    ): Promise<SignedInUser> {
      const { email } = credentials
      const { cookie } = request.headers
      try {
        const device = devices.proven(cookie, email)
        const attempt = await throttle.attempt({ kind: 'sign_in', account: email, address: request.ip, device })
        const { answer, cookies } = await ask('POST', '/api/auth/sign-in/email', request, credentials)
        await attempt.succeeded()
        const user = onWire(answer as Pick<Answered, 'user'>)
        if (request.headers.cookie !== undefined) await end(request)
        // Before the cookie is handed out: without an entry nobody has the session.
        await sessionStore.noteSignIn(byPerson(request, user))
        hand(reply, [...cookies, devices.issue(email)])
        return user
      } catch (error) {
        if (error instanceof PlenumError && error.status < 500)
          await refusals.note(byRequest(request, { ...nobody, email: addressIn(email) }), {
            action: 'session.refused',
            details: { code: error.code },
          })
        throw error
      }
    },

    async signOut(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      hand(reply, (await end(request)).cookies)
    },

    /** Prolongs the session together with its cookie. */
    async getSession(request: FastifyRequest, reply: FastifyReply): Promise<SignedInUser | null> {
      const { answer, cookies } = await ask('GET', '/api/auth/get-session', request)
      hand(reply, cookies)
      const found = answer as Answered | null
      return found && sessions.holds(found) ? onWire(found) : null
    },
  }
}
