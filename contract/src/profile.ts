import { type Static, type TSchema, Type } from 'typebox'
import { NewPassword, Place, RoleName } from './people.ts'
import { Closed, Name, Nullable, Timestamp } from './wire.ts'

export const locales = ['en', 'ja'] as const
export type Locale = (typeof locales)[number]
export const themes = ['auto', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]
/** `auto` shows what the sensor measures in. */
export const unitSystems = ['auto', 'metric', 'imperial'] as const
export type UnitSystem = (typeof unitSystems)[number]

const oneOf = <T extends string>(values: readonly T[], options: object = {}) =>
  Type.Unsafe<T>(Type.String({ enum: [...values], ...options }))

/** `enum` has to name null as well as the type does. */
const LocaleOrNull = Type.Unsafe<Locale | null>({
  type: ['string', 'null'],
  enum: [...locales, null],
  description: "null: the browser's language",
} as TSchema)

/** How a person wants to see things; holds on every device. Figures on the wire stay as they are. */
export const preferences = {
  locale: LocaleOrNull,
  time_zone: Type.Unsafe<string | null>({
    ...Nullable(Type.String()),
    description: 'IANA name; null: the time zone of the building that is looked at',
  }),
  theme: oneOf(themes),
  units: oneOf(unitSystems, { description: 'Pages show temperatures in °C or °F; auto: as the sensor measures' }),
}

export const Profile = Type.Object({
  email: Type.String(),
  name: Type.String(),
  role: RoleName,
  places: Type.Array(Place, { description: 'Where the role holds, by name; empty for administrators' }),
  sees_presence: Type.Boolean(),
  ...preferences,
})
export type Profile = Static<typeof Profile>

export const ProfilePatch = Closed({
  name: Type.Optional(Name),
  locale: Type.Optional(preferences.locale),
  time_zone: Type.Optional(Nullable(Type.String({ format: 'timezone', maxLength: 100 }))),
  theme: Type.Optional(preferences.theme),
  units: Type.Optional(preferences.units),
})
export type ProfilePatch = Static<typeof ProfilePatch>

export const PasswordChange = Closed({
  current_password: Type.String({ minLength: 1, maxLength: 128 }),
  new_password: NewPassword,
})

/** One of a person's own sessions; never its token. */
export const OwnSession = Type.Object({
  id: Type.String(),
  current: Type.Boolean({ description: 'The one that asks' }),
  address: Nullable(Type.String({ description: 'Where it was opened from' })),
  user_agent: Nullable(Type.String()),
  created_at: Timestamp,
  last_used_at: Timestamp,
})
export type OwnSession = Static<typeof OwnSession>
export const OwnSessionList = Type.Object({ items: Type.Array(OwnSession) })
