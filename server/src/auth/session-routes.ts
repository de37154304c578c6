import { SessionAnswer, SignedInUser, SignInBody } from '@plenum/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { byRequest, nobody, type Refusals } from '#audit'
import { type App, commonErrors, PlenumError } from '#platform'
import { byPerson } from './by.ts'
import { authErrors } from './errors.ts'
import type { Sessions } from './sessions.ts'
import { clientAddressHeader, type SignIn } from './sign-in.ts'
import type { AuthStore } from './store.ts'

const tags = ['Signing in']

interface Answered {
  user: Omit<SignedInUser, 'sees_presence'> & { seesPresence: boolean; disabledAt: string | null }
}
const signedIn = ({ user: { seesPresence, ...user } }: Answered): SignedInUser => ({
  ...user,
  sees_presence: seesPresence,
})

export interface SessionRoutesContext {
  signIn: SignIn
  sessions: Sessions
  store: Pick<AuthStore, 'noteSignIn'>
  refusals: Refusals
}

/** Only these of the library's routes are open; the rest of what it could do is not reachable. */
export function sessionRoutes(app: App, { signIn, sessions, store, refusals }: SessionRoutesContext): void {
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
      const { email } = request.body
      try {
        const { answer, cookies } = await ask('POST', '/api/auth/sign-in/email', request, request.body)
        const { user } = answer as Answered
        // Before the cookie is handed out: without an entry nobody has the session.
        await store.noteSignIn(byPerson(request, user))
        hand(reply, cookies)
        return { user: signedIn({ user }) }
      } catch (error) {
        if (error instanceof PlenumError && error.status < 500)
          await refusals.note(byRequest(request, { ...nobody, email }), {
            action: 'session.refused',
            details: { code: error.code },
          })
        throw error
      }
    },
  )
  app.post(
    '/api/auth/sign-out',
    {
      config: { access: 'anonymous' },
      schema: { summary: 'End the session', tags, response: { 200: Type.Object({ success: Type.Boolean() }) } },
    },
    async (request, reply) => {
      await sessions.end(request.headers.cookie, (person) => byPerson(request, person))
      hand(reply, (await ask('POST', '/api/auth/sign-out', request)).cookies)
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
      const { answer: found, cookies } = await ask('GET', '/api/auth/get-session', request)
      hand(reply, cookies)
      const answer = found as Answered | null
      return { user: answer && !answer.user.disabledAt ? signedIn(answer) : null }
    },
  )

  /** Hands a request to the sign-in library; its cookies are for the browser. */
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
}

function hand(reply: FastifyReply, cookies: string[]): void {
  if (cookies.length > 0) reply.header('set-cookie', cookies)
}
