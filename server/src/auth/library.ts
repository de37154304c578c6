import type { SignedInUser } from '@plenum/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { byPerson } from './by.ts'
import { authErrors } from './errors.ts'
import type { Sessions } from './sessions.ts'
import { clientAddressHeader, secondFactorMissing, type SignIn } from './sign-in.ts'

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

/** A session that nobody has the cookie of yet. */
export interface Opened {
  user: SignedInUser
  cookies: string[]
}

const onWire = ({ user: { seesPresence, timeZone = null, ...user } }: Pick<Answered, 'user'>): SignedInUser => ({
  ...user,
  sees_presence: seesPresence,
  time_zone: timeZone,
})

export function hand(reply: FastifyReply, cookies: string[]): void {
  if (cookies.length > 0) reply.header('set-cookie', cookies)
}

/** The routes of the sign-in library that ours stand before. */
export function createLibrary({ signIn, sessions }: { signIn: SignIn; sessions: Sessions }) {
  const headersOf = (request: FastifyRequest): Headers => {
    const headers = new Headers({ [clientAddressHeader]: request.ip })
    for (const name of ['cookie', 'user-agent']) {
      const value = request.headers[name]
      if (typeof value === 'string') headers.set(name, value)
    }
    return headers
  }

  const read = async (response: Response) => {
    if (response.status >= 500) throw await sessions.whyFailed(new Error(`sign-in answered ${response.status}`))
    const text = await response.text()
    const answer: unknown = text === '' ? null : JSON.parse(text)
    return { ok: response.ok, answer, cookies: response.headers.getSetCookie() }
  }

  /** Hands a request to the library; its cookies are for the browser. */
  async function ask(method: 'GET' | 'POST', path: string, request: FastifyRequest, body?: unknown) {
    const headers = headersOf(request)
    if (body !== undefined) headers.set('content-type', 'application/json')
    const url = new URL(path, signIn.options.baseURL)
    const init = { method, headers, body: body === undefined ? null : JSON.stringify(body) }
    return read(await signIn.handler(new Request(url, init)))
  }

  const opened = ({ answer, cookies }: { answer: unknown; cookies: string[] }): Opened => ({
    user: onWire(answer as Pick<Answered, 'user'>),
    cookies,
  })

  /** The session that the request came with, if there is one. @returns what takes its cookie away */
  async function end(request: FastifyRequest): Promise<string[]> {
    const { cookie } = request.headers
    await sessions.end(cookie, (person) => byPerson(request, person))
    const { cookies } = await ask('POST', '/api/auth/sign-out', request)
    await sessions.assertEnded(cookie)
    return cookies
  }

  return {
    end,

    /** @returns a session, or who it is that has to give a code as well. @throws sign_in_failed */
    async openByPassword(
      request: FastifyRequest,
      credentials: { email: string; password: string },
    ): Promise<Opened | { personId: string }> {
      const asked = await ask('POST', '/api/auth/sign-in/email', request, credentials)
      if (asked.ok) return opened(asked)
      const { code, personId } = asked.answer as { code?: string; personId?: string }
      if (code === secondFactorMissing && personId !== undefined) return { personId }
      throw authErrors.sign_in_failed()
    },

    /** Asks nothing: for whoever has proven all there is to prove. @throws sign_in_failed of somebody disabled */
    async open(request: FastifyRequest, personId: string): Promise<Opened> {
      const headers = headersOf(request)
      const asked = await read(await signIn.openSession(headers, personId))
      if (!asked.ok) throw authErrors.sign_in_failed()
      return opened(asked)
    },

    async signOut(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      hand(reply, await end(request))
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
