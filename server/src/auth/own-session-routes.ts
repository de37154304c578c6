import { Closed, OwnSessionList } from '@plenum/contract'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '#platform'
import { authErrors } from './errors.ts'
import { byOf } from './by.ts'
import { personOf } from './guard.ts'
import type { SessionStore } from './session-store.ts'
import type { Sessions } from './sessions.ts'

const tags = ['Signing in']
const config = { access: 'account' } as const
const NoContent = Type.Null({ description: 'Done' })
const SessionParams = Closed({ id: Type.String({ pattern: '^[\\w-]{1,64}$' }) })

/** A person's own sessions: where they are signed in, and an end to it. */
export function ownSessionRoutes(app: App, context: { sessionStore: SessionStore; sessions: Sessions }): void {
  const { sessionStore, sessions } = context
  const currentId = async ({ headers }: FastifyRequest): Promise<string> => {
    const id = await sessions.idOf(headers.cookie)
    if (id === null) throw authErrors.not_signed_in()
    return id
  }

  app.get(
    '/api/auth/sessions',
    { config, schema: { summary: 'Where you are signed in', tags, response: { 200: OwnSessionList } } },
    async (request) => {
      await sessions.flushLastUses()
      const [current, rows] = await Promise.all([currentId(request), sessionStore.list(personOf(request).userId)])
      const items = rows.map(({ id, ip_address, user_agent, created_at, last_used_at }) => ({
        id,
        current: id === current,
        address: ip_address || null,
        user_agent: user_agent || null,
        created_at: created_at.toISOString(),
        last_used_at: last_used_at.toISOString(),
      }))
      return { items }
    },
  )
  app.delete(
    '/api/auth/sessions',
    { config, schema: { summary: 'End all your other sessions', tags, response: { 204: NoContent } } },
    async (request, reply) => {
      await sessionStore.endOthers(personOf(request).userId, await currentId(request), byOf(request))
      return reply.code(204).send(null)
    },
  )
  app.delete(
    '/api/auth/sessions/:id',
    {
      config,
      schema: { summary: 'End one of your sessions', tags, params: SessionParams, response: { 204: NoContent } },
    },
    async (request, reply) => {
      const ended = await sessionStore.end(personOf(request).userId, request.params.id, byOf(request))
      if (!ended) throw authErrors.session_not_found()
      return reply.code(204).send(null)
    },
  )
}
