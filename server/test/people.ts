import assert from 'node:assert/strict'
import type { InvitationInput, NewInvitation, Problem } from '@plenum/contract'
import type { LightMyRequestResponse } from 'fastify'
import { type Caller, caller, type TestServer } from './harness.ts'

/** What the tests of this slice do over and over. */

export const tokenIn = (url: string): string => url.split('/').at(-1) ?? ''

export const password = 'a window in the east'

let addresses = 0
/** Each from another address, so that nobody uses up the attempts of another. */
export const attempt = ({ app }: Pick<TestServer, 'app'>, person: { email: string; password: string }) => {
  const remoteAddress = `10.${(++addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`
  const { email, password: given } = person
  const payload = { email, password: given }
  return app.inject({ method: 'POST', url: '/api/auth/sign-in/email', payload, remoteAddress })
}

/** A caller with the session that an answer opened. */
export function withCookies({ app }: Pick<TestServer, 'app'>, answer: LightMyRequestResponse): Caller {
  const cookie = answer.cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; ')
  assert.notEqual(cookie, '', answer.body)
  return caller(app, { cookie })
}

export async function invite(as: Caller, input: InvitationInput): Promise<NewInvitation & { token: string }> {
  const answer = await as('POST', '/api/invitations', input)
  assert.equal(answer.statusCode, 201, answer.body)
  const invitation = answer.json<NewInvitation>()
  return { ...invitation, token: tokenIn(invitation.url) }
}

export const accept = ({ app }: Pick<TestServer, 'app'>, token: string, body: object = { name: 'New', password }) =>
  caller(app, {})('POST', `/api/invitation-links/${token}/accept`, body, {})

/** What was answered, without what differs from request to request. */
export function problemOf(answer: LightMyRequestResponse): Omit<Problem, 'request_id'> {
  const { request_id: _, ...problem } = answer.json<Problem>()
  return problem
}
