import assert from 'node:assert/strict'
import type { LightMyRequestResponse } from 'fastify'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'
import { type Document, operationsOf } from './document.ts'

/** Writes without an entry in the audit log, and why. Any other that succeeds without one fails the suite. */
const unaudited: Readonly<Record<string, string>> = {
  'POST /api/sensors/data': 'readings are measured, not decided: thousands a second, each with its sensor and instant',
  'POST /api/import/readings': 'the same, of the past',
  'POST /api/retention/dry-run': 'changes nothing',
  'POST /api/auth/two-factor/setup': 'changes nothing at sign-in until a code has been given',
  'POST /api/auth/single-sign-on': 'tells where to go, and who comes is not known yet',
}

/** Reads that are noted, because somebody takes data away. */
const auditedReads = new Set(['GET /api/export', 'GET /api/audit/export'])

/** Notes which requests have succeeded, and looks for their entries by the id of the request. */
export function createEntryCheck(document: Document) {
  const succeeded = new Map<string, string[]>()

  return {
    note(operation: string, { statusCode, headers }: LightMyRequestResponse): void {
      if (statusCode >= 300) return
      succeeded.set(operation, [...(succeeded.get(operation) ?? []), String(headers['x-request-id'])])
    },

    /** @returns operations of which not every success left an entry, or those that need none but left one */
    async findWrong(db: Kysely<Tables>): Promise<string[]> {
      const { rows } = await sql<{ request_id: string }>`
        select distinct request_id from audit_entry where outcome = 'done' and request_id is not null`.execute(db)
      const noted = new Set(rows.map(({ request_id }) => request_id))
      const operations = operationsOf(document).map(({ method, path }) => `${method} ${path}`)
      for (const exempt of Object.keys(unaudited)) assert.ok(operations.includes(exempt), `${exempt} is no operation`)
      return operations.filter((operation) => {
        const isWrite = !operation.startsWith('GET ')
        const wanted = isWrite ? unaudited[operation] === undefined : auditedReads.has(operation)
        const requests = succeeded.get(operation) ?? []
        return requests.length === 0 || requests.some((id) => noted.has(id) !== wanted)
      })
    },
  }
}
