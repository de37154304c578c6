import { Closed, GatewayKey, GatewayKeyInput, Id, IdParams, KeyRotation, NewGatewayKey } from '@plenum/contract'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '#platform'
import { scopeOf } from './access.ts'
import { byOf } from './by.ts'
import { callerOf } from './guard.ts'
import type { Keys } from './keys.ts'

const KeyList = Type.Object({ items: Type.Array(GatewayKey) })
const KeyParams = Closed({ id: Id, key_id: Id })
const tags = ['API keys']
const config = { access: 'configure' } as const

const ownerOf = (request: FastifyRequest & { params: { id: number } }) => ({
  gatewayId: request.params.id,
  scope: scopeOf(callerOf(request)),
})

export function gatewayKeyRoutes(app: App, keys: Keys): void {
  app.get(
    '/api/gateways/:id/keys',
    {
      config,
      schema: { summary: 'API keys of a gateway', tags, params: IdParams, response: { 200: KeyList } },
    },
    async (request) => ({ items: await keys.ofGateway(ownerOf(request)) }),
  )
  app.post(
    '/api/gateways/:id/keys',
    {
      config,
      schema: {
        summary: 'Make an API key for a gateway; shown once',
        tags,
        params: IdParams,
        body: GatewayKeyInput,
        response: { 201: NewGatewayKey },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await keys.createForGateway(ownerOf(request), request.body, byOf(request))),
  )
  app.post(
    '/api/gateways/:id/keys/:key_id/rotate',
    {
      config: { ...config, problems: [409] },
      schema: {
        summary: 'Replace an API key of a gateway by a new one, shown once; both work until the overlap ends',
        tags,
        params: KeyParams,
        body: KeyRotation,
        response: { 201: NewGatewayKey },
      },
    },
    async (request, reply) => {
      const { key_id: id } = request.params
      return reply.code(201).send(await keys.rotate(ownerOf(request), id, request.body, byOf(request)))
    },
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
