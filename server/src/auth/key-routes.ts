import { ApiKey, ApiKeyInput, Closed, Id, IdParams, NewApiKey } from '@plenum/contract'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '#platform'
import { scopeOf } from './access.ts'
import { byOf } from './by.ts'
import { callerOf, personOf } from './guard.ts'
import type { Keys } from './keys.ts'

const KeyList = Type.Object({ items: Type.Array(ApiKey) })
const KeyParams = Closed({ id: Id, key_id: Id })
const tags = ['API keys']

export function keyRoutes(app: App, keys: Keys): void {
  userKeyRoutes(app, keys)
  gatewayKeyRoutes(app, keys)
}

function userKeyRoutes(app: App, keys: Keys): void {
  const config = { access: 'account' } as const
  app.get(
    '/api/keys',
    { config, schema: { summary: 'Your API keys', tags, response: { 200: KeyList } } },
    async (request) => ({ items: await keys.list({ userId: personOf(request).userId }) }),
  )
  app.post(
    '/api/keys',
    {
      config,
      schema: {
        summary: 'Make an API key for yourself; shown once',
        tags,
        body: ApiKeyInput,
        response: { 201: NewApiKey },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await keys.create({ userId: personOf(request).userId }, request.body, byOf(request))),
  )
  app.delete(
    '/api/keys/:id',
    {
      config,
      schema: {
        summary: 'Revoke one of your API keys',
        tags,
        params: IdParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await keys.revoke({ userId: personOf(request).userId }, request.params.id, byOf(request))
      return reply.code(204).send(null)
    },
  )
}

function gatewayKeyRoutes(app: App, keys: Keys): void {
  const config = { access: 'configure' } as const
  const ownerOf = (request: FastifyRequest & { params: { id: number } }) => ({
    gatewayId: request.params.id,
    scope: scopeOf(callerOf(request)),
  })
  app.get(
    '/api/gateways/:id/keys',
    {
      config,
      schema: { summary: 'API keys of a gateway', tags, params: IdParams, response: { 200: KeyList } },
    },
    async (request) => ({ items: await keys.list(ownerOf(request)) }),
  )
  app.post(
    '/api/gateways/:id/keys',
    {
      config,
      schema: {
        summary: 'Make an API key for a gateway; shown once',
        tags,
        params: IdParams,
        body: ApiKeyInput,
        response: { 201: NewApiKey },
      },
    },
    async (request, reply) => reply.code(201).send(await keys.create(ownerOf(request), request.body, byOf(request))),
  )
  app.delete(
    '/api/gateways/:id/keys/:key_id',
    {
      config,
      schema: {
        summary: 'Revoke an API key of a gateway',
        tags,
        params: KeyParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await keys.revoke(ownerOf(request), request.params.key_id, byOf(request))
      return reply.code(204).send(null)
    },
  )
}
