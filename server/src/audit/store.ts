import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'
import type { By } from './by.ts'
import { type AuditEvent, type NewRow, rowOf } from './entry.ts'

/** Rows a statement: what an import of thousands of sensors writes costs no more statements than the import itself. */
const batchRows = 2_000

/**
 * Notes what happened, in the transaction of the write it tells of: neither can be without the other. Several events
 * of one write go together.
 * @example
 * await append(tx, by, { action: 'gateway.update', thing: { kind: 'gateway', id, name }, buildingId, before, after })
 */
export async function append(tx: Kysely<Tables>, by: By, events: AuditEvent | readonly AuditEvent[]): Promise<void> {
  const rows = [events].flat().map((event) => rowOf(by, event as AuditEvent))
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
