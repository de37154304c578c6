import { ApiKey, ApiKeyInput, IdParams, NewApiKey } from '@plenum/contract'
import { Type } from 'typebox'
import type { App } from '#platform'
import { byOf } from './by.ts'
import { personOf } from './guard.ts'
import type { Keys } from './keys.ts'

const KeyList = Type.Object({ items: Type.Array(ApiKey) })
const tags = ['API keys']

/** A person's own keys. */
export function keyRoutes(app: App, keys: Keys): void {
  const config = { access: 'account' } as const
  app.get(
    '/api/keys',
    { config, schema: { summary: 'Your API keys', tags, response: { 200: KeyList } } },
    async (request) => ({ items: await keys.ofPerson(personOf(request).userId) }),
  )
  app.post(
    '/api/keys',
    {
      config: { ...config, problems: [422] },
      schema: {
        summary: 'Make an API key for yourself; shown once',
        description: 'It may what you may at the moment it is used, and of that what it is for.',
        tags,
        body: ApiKeyInput,
        response: { 201: NewApiKey },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await keys.createForPerson(personOf(request), request.body, byOf(request))),
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
