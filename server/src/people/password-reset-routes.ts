import { LinkParams, PasswordResetOffer, PasswordResetUse } from '@plenum/contract'
import { Type } from 'typebox'
import { byOf } from '#auth'
import type { App } from '#platform'
import type { PasswordResets } from './password-resets.ts'

const tags = ['People']
const open = { access: 'anonymous' } as const

/** For whoever holds a link that an administrator made. */
export function passwordResetRoutes(app: App, resets: PasswordResets): void {
  app.get(
    '/api/password-resets/:token',
    {
      config: { ...open, problems: [429] },
      schema: {
        summary: 'Whose password the link sets; for whoever holds it',
        tags,
        params: LinkParams,
        response: { 200: PasswordResetOffer },
      },
    },
    (request) => resets.offer(request.params.token, byOf(request)),
  )
  app.post(
    '/api/password-resets/:token',
    {
      config: { ...open, problems: [422, 429] },
      schema: {
        summary: 'Set a new password, once; ends all sessions of the person',
        tags,
        params: LinkParams,
        body: PasswordResetUse,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await resets.use(request.params.token, request.body.password, byOf(request))
      return reply.code(204).send(null)
    },
  )
}
