import { SessionAnswer, SignInAnswer, SignInBody } from '@plenum/contract'
import { Type } from 'typebox'
import type { App } from '#platform'
import type { Entrance } from './entrance.ts'
import type { Library } from './library.ts'

const tags = ['Signing in']

/** Only these of the library's routes are open; the rest of what it could do is not reachable. */
export function sessionRoutes(app: App, { library, entrance }: { library: Library; entrance: Entrance }): void {
  app.post(
    '/api/auth/sign-in/email',
    {
      config: { access: 'anonymous', problems: [401, 429] },
      schema: {
        summary: 'Sign in with e-mail and password; sets the session cookie, and ends the session there was',
        description: 'Of whoever has two-factor sign-in the code comes next, and the session with it.',
        tags,
        body: SignInBody,
        response: { 200: SignInAnswer },
      },
    },
    (request, reply) => entrance.signIn(request, reply, request.body),
  )
  app.post(
    '/api/auth/sign-out',
    {
      config: { access: 'anonymous' },
      schema: { summary: 'End the session', tags, response: { 200: Type.Object({ success: Type.Boolean() }) } },
    },
    async (request, reply) => {
      await library.signOut(request, reply)
      return { success: true }
    },
  )
  app.get(
    '/api/auth/get-session',
    {
      config: { access: 'anonymous' },
      schema: { summary: 'Who is signed in', tags, response: { 200: SessionAnswer } },
    },
    async (request, reply) => ({ user: await library.getSession(request, reply) }),
  )
}
