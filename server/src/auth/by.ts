import type { FastifyRequest } from 'fastify'
import { type By, byRequest, nobody } from '#audit'

export interface PersonNamed {
  id: string
  name: string
  email: string
}

export const byPerson = (request: FastifyRequest, { id, name, email }: PersonNamed, keyId: number | null = null): By =>
  byRequest(request, { kind: 'person', id, name, email }, keyId)

/** Who asks and from where, for the audit log. */
export function byOf(request: FastifyRequest): By {
  const { principal } = request
  if (principal === null) return byRequest(request, nobody)
  const keyId = principal.key?.keyId ?? null
  if (principal.kind === 'user') return byPerson(request, { ...principal, id: principal.userId }, keyId)
  return byRequest(request, { kind: 'gateway', id: String(principal.gatewayId), name: principal.name }, keyId)
}
