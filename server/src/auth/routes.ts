import {
  ApiKey,
  ApiKeyInput,
  Closed,
  Id,
  IdParams,
  NewApiKey,
  SessionAnswer,
  SignedInUser,
  SignInBody,
} from '@plenum/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '#platform'
import { authErrors } from './errors.ts'
import { personOf } from './guard.ts'
import type { Keys } from './keys.ts'
import { clientAddressHeader, type SignIn } from './sign-in.ts'

const Keys = Type.Object({ items: Type.Array(ApiKey) })
const KeyParams = Closed({ id: Id, key_id: Id })
const tags = { session: ['Signing in'], keys: ['API keys'] }

export function authRoutes(app: App, { signIn, keys }: { signIn: SignIn; keys: Keys }): void {
  sessionRoutes(app, signIn)
  userKeyRoutes(app, keys)
  gatewayKeyRoutes(app, keys)
}

/** Only these of the library's routes are open; the rest of what it could do is not reachable. */
function sessionRoutes(app: App, signIn: SignIn): void {
  app.post(
    '/api/auth/sign-in/email',
    {
      config: { access: 'anonymous' },
      schema: {
        summary: 'Sign in with e-mail and password; sets the session cookie',
        tags: tags.session,
        body: SignInBody,
        response: { 200: Type.Object({ user: SignedInUser }) },
      },
    },
    async (request, reply) => {
      const answer = (await passOn(signIn, request, reply)) as { user: SignedInUser }
      return { user: answer.user }
    },
  )
  app.post(
    '/api/auth/sign-out',
    {
      config: { access: 'anonymous' },
      schema: {
        summary: 'End the session',
        tags: tags.session,
        response: { 200: Type.Object({ success: Type.Boolean() }) },
      },
    },
    async (request, reply) => {
      await passOn(signIn, request, reply)
      return { success: true }
    },
  )
  app.get(
    '/api/auth/get-session',
    {
      config: { access: 'anonymous' },
      schema: { summary: 'Who is signed in', tags: tags.session, response: { 200: SessionAnswer } },
    },
    async (request, reply) => {
      const answer = (await passOn(signIn, request, reply)) as { user: SignedInUser } | null
      return { user: answer?.user ?? null }
    },
  )
}

function userKeyRoutes(app: App, keys: Keys): void {
  const config = { access: 'account' } as const
  app.get(
    '/api/keys',
    { config, schema: { summary: 'Your API keys', tags: tags.keys, response: { 200: Keys } } },
    async (request) => ({ items: await keys.list({ userId: personOf(request).userId }) }),
  )
  app.post(
    '/api/keys',
    {
      config,
      schema: {
        summary: 'Make an API key for yourself; shown once',
        tags: tags.keys,
        body: ApiKeyInput,
        response: { 201: NewApiKey },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await keys.create({ userId: personOf(request).userId }, request.body)),
  )
  app.delete(
    '/api/keys/:id',
    {
      config,
      schema: {
        summary: 'Revoke one of your API keys',
        tags: tags.keys,
        params: IdParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await keys.revoke({ userId: personOf(request).userId }, request.params.id)
      return reply.code(204).send(null)
    },
  )
}

function gatewayKeyRoutes(app: App, keys: Keys): void {
  const config = { access: 'configure' } as const
  app.get(
    '/api/gateways/:id/keys',
    {
      config,
      schema: { summary: 'API keys of a gateway', tags: tags.keys, params: IdParams, response: { 200: Keys } },
    },
    async (request) => ({ items: await keys.list({ gatewayId: request.params.id }) }),
  )
  app.post(
    '/api/gateways/:id/keys',
    {
      config,
      schema: {
        summary: 'Make an API key for a gateway; shown once',
        tags: tags.keys,
        params: IdParams,
        body: ApiKeyInput,
        response: { 201: NewApiKey },
      },
    },
    async (request, reply) => reply.code(201).send(await keys.create({ gatewayId: request.params.id }, request.body)),
  )
  app.delete(
    '/api/gateways/:id/keys/:key_id',
    {
      config,
      schema: {
        summary: 'Revoke an API key of a gateway',
        tags: tags.keys,
        params: KeyParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await keys.revoke({ gatewayId: request.params.id }, request.params.key_id)
      return reply.code(204).send(null)
    },
  )
}

/** Hands a request to the sign-in library and its cookies to the browser. */
async function passOn(signIn: SignIn, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const headers = new Headers({ [clientAddressHeader]: request.ip })
  for (const name of ['cookie', 'user-agent']) {
    const value = request.headers[name]
    if (typeof value === 'string') headers.set(name, value)
  }
  const body = request.body === undefined ? null : JSON.stringify(request.body)
  if (body !== null) headers.set('content-type', 'application/json')
  const url = new URL(request.url, signIn.options.baseURL)
  const answer = await signIn.handler(new Request(url, { method: request.method, headers, body }))
  if (answer.status === 429)
    throw authErrors.too_many_attempts({ retryAfterS: Number(answer.headers.get('x-retry-after')) || 60 })
  if (answer.status >= 500) throw new Error(`sign-in answered ${answer.status}`)
  if (!answer.ok) throw authErrors.sign_in_failed()
  const cookies = answer.headers.getSetCookie()
  if (cookies.length > 0) reply.header('set-cookie', cookies)
  const text = await answer.text()
  return text === '' ? null : JSON.parse(text)
}
