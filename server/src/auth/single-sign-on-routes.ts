import {
  SignInWays,
  SingleSignOnAnswer,
  SingleSignOnBegin,
  SingleSignOnFinish,
  SingleSignOnStart,
} from '@plenum/contract'
import type { App } from '#platform'
import type { SingleSignOn } from './single-sign-on.ts'

const tags = ['Signing in']

/** The provider sends people to a page; what is asked of the server are writes of that page, as with a password. */
export function singleSignOnRoutes(app: App, singleSignOn: SingleSignOn): void {
  app.get(
    '/api/auth/ways',
    {
      config: { access: 'anonymous' },
      schema: { summary: 'In which ways people sign in here', tags, response: { 200: SignInWays } },
    },
    async () => ({ single_sign_on: singleSignOn.name === null ? null : { name: singleSignOn.name } }),
  )
  app.post(
    '/api/auth/single-sign-on',
    {
      config: { access: 'anonymous', problems: [404, 503] },
      schema: {
        summary: 'Begin to sign in by the OpenID provider: where to send the browser',
        tags,
        body: SingleSignOnBegin,
        response: { 200: SingleSignOnStart },
      },
    },
    async (request, reply) => ({ url: await singleSignOn.begin(reply, request.body.next ?? '/') }),
  )
  app.post(
    '/api/auth/single-sign-on/finish',
    {
      config: { access: 'anonymous', problems: [401, 403, 404, 422, 429, 503] },
      schema: {
        summary: 'Finish with what the provider answered; sets the session cookie, or asks for a code',
        description: 'Within ten minutes, in the browser that began, once.',
        tags,
        body: SingleSignOnFinish,
        response: { 200: SingleSignOnAnswer },
      },
    },
    (request, reply) => singleSignOn.finish(request, reply, request.body.search),
  )
}
