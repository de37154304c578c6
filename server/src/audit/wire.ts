import type { AuditActorKind, AuditEntry, AuditOutcome } from '@plenum/contract'
import { csvRow } from '#platform'
import type { EntryRow } from './store.ts'

type Fields = AuditEntry['before']

export const toEntry = (row: EntryRow): AuditEntry => ({
  id: Number(row.id),
  at: row.at.toISOString(),
  actor: { kind: row.actor_kind as AuditActorKind, id: row.actor_id, name: row.actor_name, email: row.actor_email },
  key_id: row.key_id,
  action: row.action,
  outcome: row.outcome as AuditOutcome,
  times: row.times,
  thing: { kind: row.thing_kind, id: row.thing_id, name: row.thing_name },
  building_id: row.building_id,
  address: row.address,
  user_agent: row.user_agent,
  request_id: row.request_id,
  before: row.before as Fields,
  after: row.after as Fields,
  details: row.details as Fields,
})

const json = (fields: Fields): string | null => (fields === null ? null : JSON.stringify(fields))

const columns: [name: string, cell: (entry: AuditEntry) => string | number | null][] = [
  ['id', ({ id }) => id],
  ['at', ({ at }) => at],
  ['actor_kind', ({ actor }) => actor.kind],
  ['actor_id', ({ actor }) => actor.id],
  ['actor_name', ({ actor }) => actor.name],
  ['actor_email', ({ actor }) => actor.email],
  ['key_id', ({ key_id }) => key_id],
  ['action', ({ action }) => action],
  ['outcome', ({ outcome }) => outcome],
  ['times', ({ times }) => times],
  ['thing_kind', ({ thing }) => thing.kind],
  ['thing_id', ({ thing }) => thing.id],
  ['thing_name', ({ thing }) => thing.name],
  ['building_id', ({ building_id }) => building_id],
  ['address', ({ address }) => address],
  ['user_agent', ({ user_agent }) => user_agent],
  ['request_id', ({ request_id }) => request_id],
  ['before', ({ before }) => json(before)],
  ['after', ({ after }) => json(after)],
  ['details', ({ details }) => json(details)],
]

/** Pages of entries as CSV, header first; a page a piece. */
export async function* csvOf(pages: AsyncIterable<readonly EntryRow[]>): AsyncGenerator<string> {
  yield csvRow(columns.map(([name]) => name))
  for await (const page of pages)
    yield page
      .map(toEntry)
      .map((entry) => csvRow(columns.map(([, cell]) => cell(entry))))
      .join('')
}
