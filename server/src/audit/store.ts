import type { AuditFilters } from '@plenum/contract'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { Tables } from '#platform'
import type { By } from './by.ts'
import { type AuditEvent, type NewRow, rowOf, searchable } from './entry.ts'

export type EntryRow = Omit<Selectable<Tables['audit_entry']>, 'search_text'>

/** An event with who did it. */
export interface Attributed {
  by: By
  event: AuditEvent
}

/** Where a page begins: behind this entry. */
export interface Place {
  atMs: number
  id: number
}

/** Rows a statement: what an import of thousands of sensors writes costs no more statements than the import itself. */
const batchRows = 2_000

/**
 * Notes what happened, in the transaction of the write it tells of: neither can be without the other. Several events
 * of one write go together.
 * @example
 * await append(tx, by, { action: 'gateway.update', thing: { kind: 'gateway', id, name }, buildingId, before, after })
 */
export const append = (tx: Kysely<Tables>, by: By, events: AuditEvent | readonly AuditEvent[]): Promise<void> =>
  appendEach(
    tx,
    [events].flat().map((event) => ({ by, event: event as AuditEvent })),
  )

/** The same of several people. */
export async function appendEach(tx: Kysely<Tables>, entries: readonly Attributed[]): Promise<void> {
  const rows = entries.map(({ by, event }) => rowOf(by, event))
  for (let first = 0; first < rows.length; first += batchRows) await insert(tx, rows.slice(first, first + batchRows))
}

/** As one parameter: a statement has at most 65,535. */
const insert = (tx: Kysely<Tables>, rows: readonly NewRow[]) =>
  sql`
    insert into audit_entry (actor_kind, actor_id, actor_name, actor_email, key_id, action, outcome, times, thing_kind,
      thing_id, thing_name, building_id, address, user_agent, request_id, before, after, details, search_text)
    select actor_kind, actor_id, actor_name, actor_email, key_id, action, outcome, times, thing_kind,
      thing_id, thing_name, building_id, address, user_agent, request_id, before, after, details, search_text
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as entry (
      actor_kind text, actor_id text, actor_name text, actor_email text, key_id int4, action text, outcome text,
      times int4, thing_kind text, thing_id text, thing_name text, building_id int4, address text, user_agent text,
      request_id text, before jsonb, after jsonb, details jsonb, search_text text)`.execute(tx)

const columns = [
  'id',
  'at',
  'actor_kind',
  'actor_id',
  'actor_name',
  'actor_email',
  'key_id',
  'action',
  'outcome',
  'times',
  'thing_kind',
  'thing_id',
  'thing_name',
  'building_id',
  'address',
  'user_agent',
  'request_id',
  'before',
  'after',
  'details',
] as const satisfies (keyof EntryRow)[]

/** Columns that a filter of the same name must equal. */
const equal = [
  'actor_id',
  'actor_kind',
  'action',
  'thing_kind',
  'thing_id',
  'building_id',
  'outcome',
  'request_id',
] as const satisfies (keyof AuditFilters)[]

/**
 * Entries that fit, newest first. Each filter has an index in that order; text has none and is looked for on the way,
 * which takes a second or two where nothing of a million fits.
 * @param from, to in milliseconds, half-open
 */
export function findEntries(
  db: Kysely<Tables>,
  filters: AuditFilters,
  { fromMs, toMs, behind, limit }: { fromMs: number | null; toMs: number | null; behind: Place | null; limit: number },
): Promise<EntryRow[]> {
  const conditions = equal
    .filter((name) => filters[name] !== undefined)
    .map((name) => sql<boolean>`${sql.ref(name)} = ${filters[name]}`)
  if (filters.entry_id !== undefined) conditions.push(sql`id = ${filters.entry_id}`)
  if (fromMs !== null) conditions.push(sql`at >= ${new Date(fromMs)}`)
  if (toMs !== null) conditions.push(sql`at < ${new Date(toMs)}`)
  if (behind !== null) conditions.push(sql`(at, id) < (${new Date(behind.atMs)}, ${behind.id})`)
  for (const word of wordsOf(filters.text ?? '')) conditions.push(sql`strpos(search_text, ${word}) > 0`)
  return db
    .selectFrom('audit_entry')
    .select(columns)
    .$if(conditions.length > 0, (query) => query.where(sql.join(conditions, sql` and `) as never))
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute() as Promise<EntryRow[]>
}

/** All of them must be there, in any order. */
export const wordsOf = (text: string): string[] =>
  [...new Set(searchable(text).split(/\s+/))].filter((word) => word !== '')
