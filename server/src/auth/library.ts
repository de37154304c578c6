import type { SignedInUser } from '@plenum/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { byRequest, nobody, type Refusals } from '#audit'
import { PlenumError } from '#platform'
import { byPerson } from './by.ts'
import { authErrors } from './errors.ts'
import type { SessionStore } from './session-store.ts'
import type { Sessions } from './sessions.ts'
import { clientAddressHeader, type SignIn } from './sign-in.ts'

export type Library = ReturnType<typeof createLibrary>

/** What the sign-in library answers, in its own spelling. */
interface Answered {
  user: Omit<SignedInUser, 'sees_presence' | 'time_zone'> & {
    seesPresence: boolean
    timeZone?: string | null
    disabledAt: string | null
  }
}

const onWire = ({ user: { seesPresence, timeZone = null, locale = null, ...user } }: Answered): SignedInUser => ({
  ...user,
  locale,
  sees_presence: seesPresence,
  time_zone: timeZone,
})

interface LibraryContext {
  signIn: SignIn
  sessions: Sessions
  sessionStore: SessionStore
  refusals: Refusals
}

function hand(reply: FastifyReply, cookies: string[]): void {
  if (cookies.length > 0) reply.header('set-cookie', cookies)
}

/** The routes of the sign-in library that ours stand before. */
export function createLibrary({ signIn, sessions, sessionStore, refusals }: LibraryContext) {
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
    if (answer.status === 429)
      throw authErrors.too_many_attempts({ retryAfterS: Number(answer.headers.get('x-retry-after')) || 60 })
    if (answer.status >= 500) throw await sessions.whyFailed(new Error(`sign-in answered ${answer.status}`))
    if (!answer.ok) throw authErrors.sign_in_failed()
    const text = await answer.text()
    return { answer: text === '' ? null : JSON.parse(text), cookies: answer.headers.getSetCookie() }
  }

  return {
    /** Opens a session and sets its cookie. @throws sign_in_failed, too_many_attempts */
    async signIn(
      request: FastifyRequest,
      reply: FastifyReply,
      credentials: { email: string; password: string },
    ): Promise<SignedInUser> {
      try {
        const { answer, cookies } = await ask('POST', '/api/auth/sign-in/email', request, credentials)
        const user = onWire(answer as Answered)
        // Before the cookie is handed out: without an entry nobody has the session.
        await sessionStore.noteSignIn(byPerson(request, user))
        hand(reply, cookies)
        return user
      } catch (error) {
        if (error instanceof PlenumError && error.status < 500)
          await refusals.note(byRequest(request, { ...nobody, email: credentials.email }), {
            action: 'session.refused',
            details: { code: error.code },
          })
        throw error
      }
    },

    async signOut(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      await sessions.end(request.headers.cookie, (person) => byPerson(request, person))
      hand(reply, (await ask('POST', '/api/auth/sign-out', request)).cookies)
    },

    /** Prolongs the session together with its cookie. */
    async getSession(request: FastifyRequest, reply: FastifyReply): Promise<SignedInUser | null> {
      const { answer, cookies } = await ask('GET', '/api/auth/get-session', request)
      hand(reply, cookies)
      const found = answer as Answered | null
      return found && !found.user.disabledAt ? onWire(found) : null
    },
  }
}
