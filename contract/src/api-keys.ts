import { type Static, Type } from 'typebox'
import { Closed, Id, Name, Nullable, Timestamp } from './wire.ts'

/** What a person's key can be limited to. Sessions, profile and keys are never for keys. */
export const keyActions = ['read', 'ingest', 'commission', 'configure', 'administer'] as const
export type KeyAction = (typeof keyActions)[number]
const Action = Type.Unsafe<KeyAction>(Type.String({ enum: [...keyActions] }))

/** Days that a person's key works: unless said, and at most. Keys of gateways work until they are revoked, unless said. */
export const keyDays = { byDefault: 90, max: 730 } as const
/** From so long before its end on a key is `expiring`. */
export const keyExpiringDays = 14
/** How long the old key goes on after a rotation. */
export const overlapHours = { byDefault: 24, max: 720 } as const

export const keyStatuses = ['active', 'expiring', 'expired'] as const
export type KeyStatus = (typeof keyStatuses)[number]

const key = {
  id: Id,
  name: Type.String(),
  /** First characters of the key, to tell keys apart. */
  start: Type.String(),
  created_at: Timestamp,
  expires_at: Nullable(Timestamp),
  status: Type.Unsafe<KeyStatus>({
    ...Type.String({ enum: [...keyStatuses] }),
    description: `expiring: it ends within ${keyExpiringDays} days`,
  }),
  /** To the minute. */
  last_used_at: Nullable(Timestamp),
  readings_per_minute: Type.Integer(),
}
export const ApiKey = Type.Object({
  ...key,
  actions: Type.Unsafe<KeyAction[] | null>({
    ...Nullable(Type.Array(Action)),
    description: 'What it is for, of what the person may; null: all of it',
  }),
  building_ids: Type.Unsafe<number[] | null>({
    ...Nullable(Type.Array(Id)),
    description: 'Where it works, of where the person may; null: everywhere',
  }),
})
export type ApiKey = Static<typeof ApiKey>

export const GatewayKey = Type.Object({
  ...key,
  replaces: Type.Unsafe<number | null>({ ...Nullable(Id), description: 'The key that this one was made in place of' }),
  replaced_by: Type.Unsafe<number | null>({
    ...Nullable(Id),
    description: 'The key that was made in place of this one',
  }),
})
export type GatewayKey = Static<typeof GatewayKey>

const quota = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 1_000_000_000, description: 'The quota; what is above is answered with 429' }),
)
export const ApiKeyInput = Closed({
  name: Type.Optional(Name),
  expires_in_days: Type.Optional(Type.Integer({ minimum: 1, maximum: keyDays.max, default: keyDays.byDefault })),
  actions: Type.Optional(
    Type.Array(Action, {
      minItems: 1,
      maxItems: keyActions.length,
      uniqueItems: true,
      description: 'What it is for; left out: whatever you may',
    }),
  ),
  building_ids: Type.Optional(
    Type.Array(Id, {
      minItems: 1,
      maxItems: 1_000,
      uniqueItems: true,
      description: 'Where it works; left out: wherever you may',
    }),
  ),
  readings_per_minute: quota,
})
export type ApiKeyInput = Static<typeof ApiKeyInput>

export const GatewayKeyInput = Closed({
  name: Type.Optional(Name),
  expires_in_days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650 })),
  readings_per_minute: quota,
})
export type GatewayKeyInput = Static<typeof GatewayKeyInput>

export const KeyRotation = Closed({
  overlap_hours: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: overlapHours.max,
      default: overlapHours.byDefault,
      description: 'How long the old key still works, never beyond its own end',
    }),
  ),
})
export type KeyRotation = Static<typeof KeyRotation>

const secret = { key: Type.String({ description: 'Shown once' }) }
/** The only answers that ever hold the key. */
export const NewApiKey = Type.Object({ ...ApiKey.properties, ...secret })
export type NewApiKey = Static<typeof NewApiKey>
export const NewGatewayKey = Type.Object({ ...GatewayKey.properties, ...secret })
export type NewGatewayKey = Static<typeof NewGatewayKey>
