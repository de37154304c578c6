import type { AuditAction, AuditOutcome } from '@plenum/contract'
import type { By } from './by.ts'
import { changesOf, type Fields, keepable, plainText } from './changes.ts'

/** What happened. */
export interface AuditEvent {
  action: AuditAction
  /** What it was done to; `kind` is its name in the API: `sensor`, `api_key`. */
  thing?: { kind: string; id?: string | number | null | undefined; name?: string | null | undefined } | undefined
  /** The building that the thing belongs to. */
  buildingId?: number | null | undefined
  /** `done` unless said. */
  outcome?: AuditOutcome
  /** Of refusals that are alike, how many; 1 unless said. */
  times?: number
  /** The thing as it was and as it is, whole: what did not change is left out here. Never give secrets. */
  before?: Fields
  after?: Fields
  details?: Fields
}

const longestName = 300
const longestWord = 100

const orNull = (text: string | number | null | undefined, longest = longestName): string | null =>
  text === null || text === undefined ? null : plainText(String(text), longest)

/** Names of one width and case, as people search them. */
export const searchable = (text: string): string => text.normalize('NFKC').toLowerCase()

/** The row of an entry, every part of it bounded and free of what PostgreSQL can't keep. Pure. */
export function rowOf({ actor, ...by }: By, event: AuditEvent) {
  const { thing, details } = event
  const changes = changesOf(event.before, event.after)
  const row = {
    actor_kind: actor.kind,
    actor_id: orNull(actor.id, longestWord),
    actor_name: orNull(actor.name),
    actor_email: orNull(actor.email),
    key_id: by.keyId,
    action: event.action,
    outcome: event.outcome ?? 'done',
    times: event.times ?? 1,
    thing_kind: orNull(thing?.kind, longestWord),
    thing_id: orNull(thing?.id, longestWord),
    thing_name: orNull(thing?.name),
    building_id: event.buildingId ?? null,
    address: orNull(by.address, longestWord),
    user_agent: orNull(by.userAgent),
    request_id: orNull(by.requestId, longestWord),
    ...changes,
    details: details === undefined ? null : keepable(details),
  }
  const keyOf = ({ sensor_key }: Fields) => (typeof sensor_key === 'string' ? sensor_key : null)
  const names = [
    row.actor_name,
    row.actor_email,
    row.thing_name,
    keyOf(event.after ?? event.before ?? {}),
    row.address,
  ].filter((name) => name !== null)
  return { ...row, search_text: plainText(searchable(names.join(' · ')), 1_500) }
}

export type NewRow = ReturnType<typeof rowOf>
