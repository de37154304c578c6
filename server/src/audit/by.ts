import type { AuditActorKind } from '@plenum/contract'
import type { FastifyRequest } from 'fastify'

/** Who did it, with the names they have now. */
export interface Actor {
  kind: AuditActorKind
  id: string | null
  name: string | null
  email?: string | null | undefined
}

/** Who did it, and from where: made once of a request and passed along to whatever writes for it. */
export interface By {
  actor: Actor
  /** The API key it is done with. */
  keyId: number | null
  address: string | null
  userAgent: string | null
  requestId: string | null
}

/** Somebody who sent a request. */
export function byRequest(request: FastifyRequest, actor: Actor, keyId: number | null = null): By {
  return { actor, keyId, address: request.ip, userAgent: request.headers['user-agent'] ?? null, requestId: request.id }
}

/** The program itself, or whoever uses its command line. @param name of what does it, e.g. `plenum password` */
export const bySystem = (name: string): By => ({
  actor: { kind: 'system', id: null, name },
  keyId: null,
  address: null,
  userAgent: null,
  requestId: null,
})

/** Who asks is not known. */
export const nobody: Actor = { kind: 'anonymous', id: null, name: null }
