import { type Static, Type } from 'typebox'
import { Closed, Id, Nullable, PageQuery, Timestamp } from './wire.ts'

/**
 * What the audit log calls what happened; a word is never used again for something else. A new one goes here and into
 * the pages' translations (`audit.actions`).
 */
export const auditActions = [
  'session.sign_in',
  'session.code_required',
  'session.sign_out',
  'session.refused',
  'session.end',
  'access.refused',
  'api_key.refused',
  'api_key.create',
  'api_key.rotate',
  'api_key.revoke',
  'person.create',
  'person.update',
  'person.disable',
  'person.enable',
  'person.set_password',
  'two_factor.enable',
  'two_factor.disable',
  'two_factor.reset',
  'recovery_codes.create',
  'single_sign_on.connect',
  'single_sign_on.disconnect',
  'password_reset.create',
  'invitation.create',
  'invitation.reissue',
  'invitation.revoke',
  'building.create',
  'building.update',
  'building.delete',
  'floor.create',
  'floor.update',
  'floor.delete',
  'zone.create',
  'zone.update',
  'zone.delete',
  'sensor.create',
  'sensor.update',
  'sensor.delete',
  'sensor.import',
  'gateway.create',
  'gateway.update',
  'gateway.delete',
  'meter_replacement.declare',
  'meter_replacement.withdraw',
  'retention.change',
  'retention.apply',
  'export.read',
  'audit.export',
  'audit.drop',
] as const
export type AuditAction = (typeof auditActions)[number]

export const auditActorKinds = ['person', 'gateway', 'system', 'anonymous'] as const
export type AuditActorKind = (typeof auditActorKinds)[number]
export const auditOutcomes = ['done', 'refused'] as const
export type AuditOutcome = (typeof auditOutcomes)[number]

const ActorKind = Type.Unsafe<AuditActorKind>(Type.String({ enum: [...auditActorKinds] }))
const Outcome = Type.Unsafe<AuditOutcome>(Type.String({ enum: [...auditOutcomes] }))
const Text = Nullable(Type.String())
const Fields = Type.Unsafe<Record<string, unknown> | null>({ type: ['object', 'null'], additionalProperties: true })

export const AuditEntry = Type.Object({
  id: Type.Integer(),
  at: Timestamp,
  actor: Type.Object({
    kind: ActorKind,
    id: Text,
    /** As it was then. */
    name: Text,
    /** Of somebody unknown who tried to sign in: what they gave. */
    email: Text,
  }),
  /** The API key it was done with. */
  key_id: Nullable(Type.Integer()),
  /** One of `auditActions`, or of those that another version had. */
  action: Type.String(),
  outcome: Outcome,
  /** Refusals that are alike are one entry a minute; this many. */
  times: Type.Integer(),
  thing: Type.Object({ kind: Text, id: Text, name: Text }),
  building_id: Nullable(Type.Integer()),
  address: Text,
  user_agent: Text,
  request_id: Text,
  /** Fields that changed, as they were and as they are; of what was made, all it has, of what was deleted, all it had. */
  before: Fields,
  after: Fields,
  /** What there is to know besides: of an export its range, of a refusal its reason. */
  details: Fields,
})
export type AuditEntry = Static<typeof AuditEntry>

const word = (examples: string[]) => Type.String({ pattern: '^[a-z_.]{1,60}$', examples })
/** An identity of whatever kind. */
const Reference = Type.String({ minLength: 1, maxLength: 100, format: 'text' })

const filters = {
  /** One entry. */
  entry_id: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
  actor_id: Type.Optional(Reference),
  actor_kind: Type.Optional(ActorKind),
  action: Type.Optional(word(['sensor.update'])),
  thing_kind: Type.Optional(word(['sensor'])),
  thing_id: Type.Optional(Reference),
  building_id: Type.Optional(Id),
  outcome: Type.Optional(Outcome),
  request_id: Type.Optional(Reference),
  /** `[from, to)` */
  from: Type.Optional(Timestamp),
  to: Type.Optional(Timestamp),
  /** Part of a name, an e-mail address, a key of a sensor or an address of the network. */
  text: Type.Optional(Type.String({ minLength: 1, maxLength: 200, format: 'text' })),
}
/** Newest first. */
export const AuditQuery = Closed({ ...filters, ...PageQuery })
export type AuditQuery = Static<typeof AuditQuery>
export const AuditExportQuery = Closed({
  ...filters,
  format: Type.Optional(Type.Unsafe<'csv'>(Type.String({ enum: ['csv'], default: 'csv' }))),
})
export type AuditFilters = Omit<AuditQuery, 'limit' | 'cursor'>
