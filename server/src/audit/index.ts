import type { FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import type { App, Clock, Log, Tables } from '#platform'
import type { By } from './by.ts'
import { createRefusals } from './refusals.ts'
import { auditRoutes } from './routes.ts'

export { type Actor, type By, byRequest, bySystem, nobody } from './by.ts'
export type { AuditEvent } from './entry.ts'
export type { Refusal, Refusals } from './refusals.ts'
export { append } from './store.ts'
export type Audit = ReturnType<typeof createAudit>

/** Who did what: an entry for every write and every refusal, which nobody can change. */
export function createAudit(context: { db: Kysely<Tables>; clock: Clock; log: Log }) {
  const refusals = createRefusals(context)
  return {
    refusals,
    /** @param byOf who asks, known to the slice above */
    routes: (app: App, byOf: (request: FastifyRequest) => By): void => auditRoutes(app, { db: context.db, byOf }),
    /** Before the connections close. */
    close: refusals.flush,
  }
}
