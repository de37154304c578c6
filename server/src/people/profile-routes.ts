import { PasswordChange, Profile, ProfilePatch } from '@plenum/contract'
import { Type } from 'typebox'
import { type Auth, byOf, personOf } from '#auth'
import type { App } from '#platform'
import type { Profiles } from './profile.ts'

const tags = ['Profile']
const config = { access: 'account' } as const

export function profileRoutes(app: App, profiles: Profiles, sessions: Pick<Auth['sessions'], 'idOf'>): void {
  app.get(
    '/api/profile',
    { config, schema: { summary: 'Your profile', tags, response: { 200: Profile } } },
    (request) => profiles.get(personOf(request).userId),
  )
  app.patch(
    '/api/profile',
    { config, schema: { summary: 'Change your profile', tags, body: ProfilePatch, response: { 200: Profile } } },
    (request) => profiles.change(personOf(request).userId, request.body, byOf(request)),
  )
  app.post(
    '/api/profile/password',
    {
      config: { ...config, problems: [422, 429] },
      schema: {
        summary: 'Change your password; ends your other sessions',
        tags,
        body: PasswordChange,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { userId: id, email } = personOf(request)
      const sessionId = await sessions.idOf(request.headers.cookie)
      await profiles.changePassword({ id, email }, request.body, sessionId, byOf(request))
      return reply.code(204).send(null)
    },
  )
}
