import type { SignedInUser } from '@plenum/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { authErrors } from './errors.ts'
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

/** The routes of the sign-in library that ours stand before. */
export function createLibrary({ signIn, sessions }: { signIn: SignIn; sessions: Sessions }) {
  /** Hands a request to the library and its cookies to the browser. */
  async function ask(
    method: 'GET' | 'POST',
    path: string,
    request: FastifyRequest,
    reply: FastifyReply,
    body?: unknown,
  ): Promise<unknown> {
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
    const cookies = answer.headers.getSetCookie()
    if (cookies.length > 0) reply.header('set-cookie', cookies)
    const text = await answer.text()
    return text === '' ? null : JSON.parse(text)
  }

  return {
    /** Opens a session and sets its cookie. @throws sign_in_failed, too_many_attempts */
    signIn: async (
      request: FastifyRequest,
      reply: FastifyReply,
      credentials: { email: string; password: string },
    ): Promise<SignedInUser> =>
      onWire((await ask('POST', '/api/auth/sign-in/email', request, reply, credentials)) as Answered),

    signOut: (request: FastifyRequest, reply: FastifyReply) => ask('POST', '/api/auth/sign-out', request, reply),

    /** Prolongs the session together with its cookie. */
    async getSession(request: FastifyRequest, reply: FastifyReply): Promise<SignedInUser | null> {
      const answer = (await ask('GET', '/api/auth/get-session', request, reply)) as Answered | null
      return answer && !answer.user.disabledAt ? onWire(answer) : null
    },
  }
}
