import {
  Code,
  CodeBody,
  PasswordBody,
  PasswordWithCode,
  RecoveryCodes,
  SignedInUser,
  TwoFactorSetup,
  TwoFactorStatus,
} from '@plenum/contract'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '#platform'
import { byOf } from './by.ts'
import type { DeviceCookies } from './device-cookie.ts'
import { authErrors } from './errors.ts'
import { personOf } from './guard.ts'
import type { Entrance } from './entrance.ts'
import type { Sessions } from './sessions.ts'
import type { Owner, TwoFactor } from './two-factor.ts'

const tags = ['Signing in']
const config = { access: 'account', problems: [409, 422, 429] } as const

interface TwoFactorRoutesContext {
  twoFactor: TwoFactor
  entrance: Pick<Entrance, 'giveCode'>
  sessions: Sessions
  devices: DeviceCookies
}

export function twoFactorRoutes(app: App, { twoFactor, entrance, sessions, devices }: TwoFactorRoutesContext): void {
  const ownerOf = (request: FastifyRequest): Owner => {
    const { userId: id, email } = personOf(request)
    return { id, email, by: byOf(request), device: devices.proven(request.headers.cookie, email) }
  }

  app.post(
    '/api/auth/two-factor/verify',
    {
      config: { access: 'anonymous', problems: [401, 409, 429] },
      schema: {
        summary: 'Give the code that signing in has asked for; sets the session cookie',
        description: 'Each code, of the app or for recovery, works once.',
        tags,
        body: CodeBody,
        response: { 200: Type.Object({ user: SignedInUser }) },
      },
    },
    async (request, reply) => ({ user: await entrance.giveCode(request, reply, request.body) }),
  )
  app.get(
    '/api/auth/two-factor',
    {
      config: { access: 'account' },
      schema: { summary: 'Whether you sign in with a code as well', tags, response: { 200: TwoFactorStatus } },
    },
    (request) => twoFactor.status(personOf(request).userId),
  )
  app.post(
    '/api/auth/two-factor/setup',
    {
      config,
      schema: {
        summary: 'Begin with two-factor sign-in: what the authenticator app needs',
        description: 'Nothing is asked at sign-in until `enable` got a code of it, within an hour.',
        tags,
        body: PasswordBody,
        response: { 200: TwoFactorSetup },
      },
    },
    (request) => twoFactor.begin(ownerOf(request), request.body.password),
  )
  app.post(
    '/api/auth/two-factor/enable',
    {
      config,
      schema: {
        summary: 'Switch two-factor sign-in on with a first code; ends your other sessions',
        tags,
        body: Code,
        response: { 200: RecoveryCodes },
      },
    },
    async (request) => {
      const sessionId = await sessions.idOf(request.headers.cookie)
      if (sessionId === null) throw authErrors.not_signed_in()
      return { recovery_codes: await twoFactor.enable(ownerOf(request), request.body.code, sessionId) }
    },
  )
  app.post(
    '/api/auth/two-factor/disable',
    {
      config,
      schema: {
        summary: 'Switch two-factor sign-in off',
        tags,
        body: PasswordWithCode,
        response: { 204: Type.Null({ description: 'Done' }) },
      },
    },
    async (request, reply) => {
      await twoFactor.disable(ownerOf(request), request.body)
      return reply.code(204).send(null)
    },
  )
  app.post(
    '/api/auth/two-factor/recovery-codes',
    {
      config,
      schema: {
        summary: 'Make new recovery codes; the old ones end',
        tags,
        body: PasswordWithCode,
        response: { 200: RecoveryCodes },
      },
    },
    async (request) => ({ recovery_codes: await twoFactor.renewRecoveryCodes(ownerOf(request), request.body) }),
  )
}
