import { Readable } from 'node:stream'
import { AuditEntry, AuditExportQuery, type AuditFilters, AuditQuery, Page } from '@plenum/contract'
import type { FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import { type App, commonErrors, decodeCursor, encodeCursor, type Tables } from '#platform'
import type { By } from './by.ts'
import { append, findEntries, type EntryRow, type Place } from './store.ts'
import { csvOf, toEntry } from './wire.ts'

const access = 'administer'
const tags = ['Audit log']
const cursorName = 'audit'
/** Of an export, read while the client takes the one before. */
const pageRows = 1_000

export interface AuditRoutesContext {
  db: Kysely<Tables>
  /** Who asks: known to the slice above. */
  byOf(request: FastifyRequest): By
}

export function auditRoutes(app: App, { db, byOf }: AuditRoutesContext): void {
  app.get(
    '/api/audit',
    {
      config: { access },
      schema: {
        summary: 'Who did what, when and from where, newest first',
        description:
          'Entries are never changed. Refusals that are alike are gathered: the first is an entry at once, those of the same minute are counted in one more. All words of `text` must be in the names, e-mail or network address of an entry.',
        tags,
        querystring: AuditQuery,
        response: { 200: Page(AuditEntry) },
      },
    },
    async ({ query: { limit = 100, cursor, ...filters } }) => {
      const behind = cursor === undefined ? null : placeOf(cursor)
      const found = await findEntries(db, filters, { ...rangeOf(filters), behind, limit: limit + 1 })
      const items = found.slice(0, limit)
      const last = items.at(-1)
      const next = found.length > limit && last ? encodeCursor([cursorName, last.at.getTime(), Number(last.id)]) : null
      return { items: items.map(toEntry), next_cursor: next }
    },
  )
  app.get(
    '/api/audit/export',
    {
      // Asking for the head alone would read it all.
      exposeHeadRoute: false,
      config: { access },
      schema: {
        summary: 'The audit log as CSV, however long; itself an entry',
        description:
          'Newest first, with the same filters. Text cells that a spreadsheet would take for a formula begin with an apostrophe.',
        tags,
        querystring: AuditExportQuery,
        response: { 200: { description: 'The file', content: { 'text/csv': { schema: Type.String() } } } },
      },
    },
    async (request, reply) => {
      const { format: _, ...filters } = request.query
      const range = rangeOf(filters)
      // Before the first line is sent: nobody takes the log away unnoticed.
      await append(db, byOf(request), { action: 'audit.export', details: filters })
      const pages = everyPage(db, filters, range)
      reply
        .type('text/csv; charset=utf-8; header=present')
        .header('content-disposition', 'attachment; filename="plenum-audit.csv"')
      return reply.send(Readable.from(csvOf(pages), { objectMode: true, highWaterMark: 1 }) as never)
    },
  )
}

interface Range {
  fromMs: number | null
  toMs: number | null
}

async function* everyPage(db: Kysely<Tables>, filters: AuditFilters, range: Range): AsyncGenerator<EntryRow[]> {
  let behind: Place | null = null
  do {
    const page: EntryRow[] = await findEntries(db, filters, { ...range, behind, limit: pageRows })
    if (page.length > 0) yield page
    const last = page.at(-1)
    behind = last && page.length === pageRows ? { atMs: last.at.getTime(), id: Number(last.id) } : null
  } while (behind !== null)
}

/** @throws validation_failed for a leap second, which no clock here has */
function rangeOf({ from, to }: AuditFilters): Range {
  const instant = (name: string, text: string | undefined): number | null => {
    if (text === undefined) return null
    const ms = Date.parse(text)
    if (Number.isNaN(ms))
      throw commonErrors.validation_failed({
        detail: `querystring: ${name} is no instant.`,
        errors: [{ path: name, detail: 'is no instant' }],
      })
    return ms
  }
  return { fromMs: instant('from', from), toMs: instant('to', to) }
}

/** @throws cursor_invalid also for the cursor of another list */
function placeOf(cursor: string): Place {
  const [list, atMs, id] = decodeCursor(cursor, ['string', 'number', 'number'] as const)
  if (list !== cursorName || Math.abs(atMs) > 8.64e15) throw commonErrors.cursor_invalid()
  return { atMs, id }
}
