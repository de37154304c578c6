import { PasswordResetLink, PersonParams, User, UserPage, UserPatch, UserQuery } from '@plenum/contract'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { byOf } from '#auth'
import type { App } from '#platform'
import type { Users } from './users.ts'

const tags = ['People']
const config = { access: 'administer' } as const
const NoContent = Type.Null({ description: 'Done' })

/** People, for administrators. There is no DELETE: names in the audit log stay somebody's. */
export function userRoutes(app: App, users: Users, originOf: (request: FastifyRequest) => string): void {
  app.get(
    '/api/users',
    {
      config,
      schema: { summary: 'List people, by name', tags, querystring: UserQuery, response: { 200: UserPage } },
    },
    (request) => users.page(request.query),
  )
  app.get(
    '/api/users/:id',
    { config, schema: { summary: 'Get a person', tags, params: PersonParams, response: { 200: User } } },
    (request) => users.get(request.params.id),
  )
  app.patch(
    '/api/users/:id',
    {
      config: { ...config, problems: [409, 422] },
      schema: {
        summary: 'Change what a person may do, or disable them',
        description:
          'Holds for their next request, on other instances within a second. Whoever is disabled loses sessions, and API keys stop working.',
        tags,
        params: PersonParams,
        body: UserPatch,
        response: { 200: User },
      },
    },
    (request) => users.change(request.params.id, request.body, byOf(request)),
  )
  app.delete(
    '/api/users/:id/two-factor',
    {
      config: { ...config, problems: [409] },
      schema: {
        summary: 'Switch off two-factor sign-in of somebody who has lost it',
        tags,
        params: PersonParams,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      await users.resetTwoFactor(request.params.id, byOf(request))
      return reply.code(204).send(null)
    },
  )
  app.delete(
    '/api/users/:id/single-sign-on',
    {
      config: { ...config, problems: [409] },
      schema: {
        summary: 'Disconnect a person from their account at the sign-in provider',
        tags,
        params: PersonParams,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      await users.disconnect(request.params.id, byOf(request))
      return reply.code(204).send(null)
    },
  )
  app.post(
    '/api/users/:id/password-reset',
    {
      config: { ...config, problems: [409] },
      schema: {
        summary: 'Make a link that sets a new password, once within a day; shown once',
        tags,
        params: PersonParams,
        response: { 200: PasswordResetLink },
      },
    },
    (request) => users.resetPassword(request.params.id, originOf(request), byOf(request)),
  )
}
