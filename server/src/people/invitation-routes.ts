import {
  IdParams,
  InvitationAcceptance,
  InvitationInput,
  InvitationOffer,
  InvitationPage,
  InvitationQuery,
  LinkParams,
  NewInvitation,
  Nullable,
  SignedInUser,
} from '@plenum/contract'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { type Auth, byOf } from '#auth'
import { type App, PlenumError } from '#platform'
import type { Invitations } from './invitations.ts'

const tags = ['People']
const config = { access: 'administer' } as const
const open = { access: 'anonymous' } as const

interface InvitationRoutesContext {
  invitations: Invitations
  originOf: (request: FastifyRequest) => string
  sessions: Pick<Auth['sessions'], 'open'>
}

export function invitationRoutes(app: App, context: InvitationRoutesContext): void {
  administration(app, context)
  acceptance(app, context)
}

function administration(app: App, { invitations, originOf }: InvitationRoutesContext): void {
  app.get(
    '/api/invitations',
    {
      config,
      schema: {
        summary: 'List invitations that nobody has accepted yet',
        tags,
        querystring: InvitationQuery,
        response: { 200: InvitationPage },
      },
    },
    ({ query: { limit, cursor } }) => invitations.page(limit, cursor),
  )
  app.post(
    '/api/invitations',
    {
      config: { ...config, problems: [409, 422] },
      schema: {
        summary: 'Invite somebody; the link is shown once and holds for a week',
        tags,
        body: InvitationInput,
        response: { 201: NewInvitation },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await invitations.create(request.body, originOf(request), byOf(request))),
  )
  app.post(
    '/api/invitations/:id/reissue',
    {
      config,
      schema: {
        summary: 'Make a new link for an invitation; the old one ends',
        tags,
        params: IdParams,
        response: { 200: NewInvitation },
      },
    },
    (request) => invitations.reissue(request.params.id, originOf(request), byOf(request)),
  )
  app.delete(
    '/api/invitations/:id',
    {
      config,
      schema: { summary: 'Withdraw an invitation', tags, params: IdParams, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await invitations.revoke(request.params.id, byOf(request))
      return reply.code(204).send(null)
    },
  )
}

function acceptance(app: App, { invitations, sessions }: InvitationRoutesContext): void {
  app.get(
    '/api/invitation-links/:token',
    {
      config: { ...open, problems: [429] },
      schema: {
        summary: 'Who invites to what; for whoever holds the link',
        tags,
        params: LinkParams,
        response: { 200: InvitationOffer },
      },
    },
    (request) => invitations.offer(request.params.token, byOf(request)),
  )
  app.post(
    '/api/invitation-links/:token/accept',
    {
      config: { ...open, problems: [409, 422, 429] },
      schema: {
        summary: 'Accept an invitation, once; signs in',
        tags,
        params: LinkParams,
        body: InvitationAcceptance,
        response: {
          201: Type.Object({
            user: Nullable(SignedInUser),
          }),
        },
      },
    },
    async (request, reply) => {
      const { token } = request.params
      const { password } = request.body
      const email = await invitations.accept(token, request.body, byOf(request))
      reply.code(201)
      try {
        const opened = await sessions.open(request, reply, { email, password })
        return { user: 'user' in opened ? opened.user : null }
      } catch (error) {
        // The person is there; that too many sign in from this address right now must not read as if they were not.
        if (error instanceof PlenumError && error.status === 429) return { user: null }
        throw error
      }
    },
  )
}
