import { SessionAnswer, SignedInUser, SignInBody } from '@plenum/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { type App, commonErrors } from '#platform'
import { authErrors } from './errors.ts'
import type { Sessions } from './sessions.ts'
import { clientAddressHeader, type SignIn } from './sign-in.ts'

const tags = ['Signing in']

interface Answered {
  user: Omit<SignedInUser, 'sees_presence'> & { seesPresence: boolean; disabledAt: string | null }
}
const signedIn = ({ user: { seesPresence, ...user } }: Answered): SignedInUser => ({
  ...user,
  sees_presence: seesPresence,
})

/** Only these of the library's routes are open; the rest of what it could do is not reachable. */
export function sessionRoutes(app: App, { signIn, sessions }: { signIn: SignIn; sessions: Sessions }): void {
  app.post(
    '/api/auth/sign-in/email',
    {
      config: { access: 'anonymous', problems: [401, 429] },
      schema: {
        summary: 'Sign in with e-mail and password; sets the session cookie',
        tags,
        body: SignInBody,
        response: { 200: Type.Object({ user: SignedInUser }) },
      },
    },
    async (request, reply) => {
      const answer = (await ask('POST', '/api/auth/sign-in/email', request, reply, request.body)) as Answered
      return { user: signedIn(answer) }
    },
  )
  app.post(
    '/api/auth/sign-out',
    {
      config: { access: 'anonymous' },
      schema: { summary: 'End the session', tags, response: { 200: Type.Object({ success: Type.Boolean() }) } },
    },
    async (request, reply) => {
      await ask('POST', '/api/auth/sign-out', request, reply)
      // The library says it is done even where the database was away; nobody may believe that while it is not.
      if (await sessions.of(request.headers.cookie)) throw commonErrors.database_unavailable({ retryAfterS: 2 })
      return { success: true }
    },
  )
  app.get(
    '/api/auth/get-session',
    {
      config: { access: 'anonymous' },
      schema: { summary: 'Who is signed in', tags, response: { 200: SessionAnswer } },
    },
    async (request, reply) => {
      const answer = (await ask('GET', '/api/auth/get-session', request, reply)) as Answered | null
      return { user: answer && !answer.user.disabledAt ? signedIn(answer) : null }
    },
  )

  /** Hands a request to the sign-in library and its cookies to the browser. */
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
}
