import { SessionAnswer, SignedInUser, SignInBody } from '@plenum/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '#platform'
import type { DeviceCookies } from './device-cookie.ts'
import { authErrors } from './errors.ts'
import type { Sessions } from './sessions.ts'
import { clientAddressHeader, type SignIn } from './sign-in.ts'
import type { Throttle } from './throttle.ts'

const tags = ['Signing in']

interface Answered {
  session: { createdAt: string }
  user: Omit<SignedInUser, 'sees_presence'> & { seesPresence: boolean; disabledAt: string | null }
}
const signedIn = ({ user: { seesPresence, ...user } }: Pick<Answered, 'user'>): SignedInUser => ({
  ...user,
  sees_presence: seesPresence,
})

interface SessionRoutesContext {
  signIn: SignIn
  sessions: Sessions
  throttle: Throttle
  devices: DeviceCookies
}

/** Only these of the library's routes are open; the rest of what it could do is not reachable. */
export function sessionRoutes(app: App, { signIn, sessions, throttle, devices }: SessionRoutesContext): void {
  app.post(
    '/api/auth/sign-in/email',
    {
      config: { access: 'anonymous', problems: [401, 429] },
      schema: {
        summary: 'Sign in with e-mail and password; sets the session cookie, and ends the session there was',
        tags,
        body: SignInBody,
        response: { 200: Type.Object({ user: SignedInUser }) },
      },
    },
    async (request, reply) => {
      const { email } = request.body
      const { cookie } = request.headers
      const device = devices.proven(cookie, email)
      const attempt = await throttle.attempt({ kind: 'sign_in', account: email, address: request.ip, device })
      const { answer, cookies } = await ask('POST', '/api/auth/sign-in/email', request, request.body)
      await attempt.succeeded()
      if (cookie !== undefined) {
        await ask('POST', '/api/auth/sign-out', request)
        await sessions.assertEnded(cookie)
      }
      reply.header('set-cookie', [...cookies, devices.issue(email)])
      return { user: signedIn(answer as Pick<Answered, 'user'>) }
    },
  )
  app.post(
    '/api/auth/sign-out',
    {
      config: { access: 'anonymous' },
      schema: { summary: 'End the session', tags, response: { 200: Type.Object({ success: Type.Boolean() }) } },
    },
    async (request, reply) => {
      hand(reply, (await ask('POST', '/api/auth/sign-out', request)).cookies)
      await sessions.assertEnded(request.headers.cookie)
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
      const { answer, cookies } = await ask('GET', '/api/auth/get-session', request)
      hand(reply, cookies)
      const found = answer as Answered | null
      return { user: found && sessions.holds(found) ? signedIn(found) : null }
    },
  )

  /** Hands a request to the sign-in library. */
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
}

function hand(reply: FastifyReply, cookies: string[]): void {
  if (cookies.length > 0) reply.header('set-cookie', cookies)
}
