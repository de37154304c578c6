import { type Static, Type } from 'typebox'
import { type SensorType, sensorTypes } from './sensor-kinds.ts'
import { Closed, Id, Name, Nullable, PageQuery, Patch, Timestamp } from './wire.ts'

/** A building is a tree: building → floor → zone, with sensors on floors and gateways in buildings. */

const Area = Type.Number({ exclusiveMinimum: 0, maximum: 100_000_000 })
const Text = Type.String({ minLength: 1, maxLength: 500, format: 'text' })
const created = { id: Id, created_at: Timestamp, updated_at: Timestamp }

const buildingFields = {
  name: Name,
  /** IANA name; calendar days of every figure are days of this zone. */
  timezone: Type.String({ minLength: 1, maxLength: 64, format: 'timezone', examples: ['Asia/Tokyo'] }),
  address: Type.Optional(Nullable(Text)),
  area_m2: Type.Optional(Nullable(Area)),
  /** BCP 47; the language of the building's reports. */
  locale: Type.Optional(Nullable(Type.String({ minLength: 2, maxLength: 35, format: 'text', examples: ['ja'] }))),
}
export const BuildingInput = Closed(buildingFields)
export const BuildingPatch = Patch(BuildingInput)
export const Building = Type.Object({
  ...created,
  name: Type.String(),
  timezone: Type.String(),
  address: Nullable(Type.String()),
  area_m2: Nullable(Type.Number()),
  locale: Nullable(Type.String()),
})

/** A corner of an outline or the place of a sensor, in 0..1 of the plan's width and height. */
export const Position = Closed({
  x: Type.Number({ minimum: 0, maximum: 1 }),
  y: Type.Number({ minimum: 0, maximum: 1 }),
})
const Outline = Type.Array(Position, { minItems: 3, maxItems: 200 })

const floorFields = {
  building_id: Id,
  name: Name,
  /** Storey number; 0 or 1 is the ground by local habit, basements are negative. */
  level: Type.Integer({ minimum: -100, maximum: 1000 }),
  area_m2: Type.Optional(Nullable(Area)),
  /** The plan's picture: an address, or an SVG path within 0..1. */
  plan: Type.Optional(Nullable(Type.String({ minLength: 1, maxLength: 200_000, format: 'text' }))),
}
export const FloorInput = Closed(floorFields)
export const FloorPatch = Patch(FloorInput)
export const Floor = Type.Object({
  ...created,
  building_id: Id,
  name: Type.String(),
  level: Type.Integer(),
  area_m2: Nullable(Type.Number()),
  plan: Nullable(Type.String()),
})

const zoneFields = {
  floor_id: Id,
  name: Name,
  kind: Type.Optional(
    Nullable(Type.String({ minLength: 1, maxLength: 60, format: 'text', examples: ['meeting room'] })),
  ),
  outline: Type.Optional(Nullable(Outline)),
}
export const ZoneInput = Closed(zoneFields)
export const ZonePatch = Patch(ZoneInput)
export const Zone = Type.Object({
  ...created,
  floor_id: Id,
  name: Type.String(),
  kind: Nullable(Type.String()),
  outline: Nullable(Type.Array(Position)),
})

export const SensorTypeName = Type.Enum(sensorTypes as [SensorType, ...SensorType[]])
export const SensorAdminStatus = Type.Enum(['active', 'disabled'])

const sensorFields = {
  floor_id: Id,
  /** The gateway's name for it, unique in the whole installation. */
  sensor_key: Name,
  name: Name,
  sensor_type: SensorTypeName,
  /** Default: the unit of its kind. */
  unit: Type.Optional(Type.String({ minLength: 1, maxLength: 20, format: 'text' })),
  zone_id: Type.Optional(Nullable(Id)),
  gateway_id: Type.Optional(Nullable(Id)),
  position: Type.Optional(Nullable(Position)),
  /** Seconds between readings when all is well; three missed make a sensor `stale`. */
  interval_s: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_678_400, default: 60 })),
  status: Type.Optional(SensorAdminStatus),
  /** Counters: the value at which the register starts again from 0, e.g. 100000 where it has five digits. */
  rollover_value: Type.Optional(Nullable(Type.Number({ exclusiveMinimum: 0, maximum: 1e15 }))),
}
export const SensorInput = Closed(sensorFields)
export const SensorPatch = Patch(SensorInput)
export const Sensor = Type.Object({
  ...created,
  floor_id: Id,
  building_id: Id,
  sensor_key: Type.String(),
  name: Type.String(),
  sensor_type: SensorTypeName,
  unit: Type.String(),
  zone_id: Nullable(Id),
  gateway_id: Nullable(Id),
  position: Nullable(Position),
  interval_s: Type.Integer(),
  status: SensorAdminStatus,
  rollover_value: Nullable(Type.Number()),
})

export const GatewayInput = Closed({ building_id: Id, name: Name })
export const GatewayPatch = Patch(GatewayInput)
export const Gateway = Type.Object({
  ...created,
  building_id: Id,
  name: Type.String(),
  last_seen_at: Nullable(Timestamp),
})

export const FloorQuery = Closed({ ...PageQuery, building_id: Type.Optional(Id) })
export const ZoneQuery = Closed({ ...PageQuery, building_id: Type.Optional(Id), floor_id: Type.Optional(Id) })
export const SensorQuery = Closed({
  ...PageQuery,
  building_id: Type.Optional(Id),
  floor_id: Type.Optional(Id),
  zone_id: Type.Optional(Id),
  gateway_id: Type.Optional(Id),
  sensor_type: Type.Optional(SensorTypeName),
  status: Type.Optional(SensorAdminStatus),
  sensor_key: Type.Optional(Name),
})
export const GatewayQuery = Closed({ ...PageQuery, building_id: Type.Optional(Id) })
export const BuildingQuery = Closed(PageQuery)

export const SensorKindRow = Type.Object({
  sensor_type: SensorTypeName,
  quantity: Type.String(),
  unit: Type.String(),
  behaviour: Type.Enum(['gauge', 'counter', 'state']),
  plausible: Type.Object({ min: Type.Number(), max: Type.Number() }),
  digits: Type.Integer(),
  brick: Type.String(),
  haystack: Type.String(),
})

/** What an import did, or with `dry_run` would do. */
export const ImportSummary = Type.Object({
  dry_run: Type.Boolean(),
  rows: Type.Integer(),
  created: Type.Object({
    buildings: Type.Integer(),
    floors: Type.Integer(),
    zones: Type.Integer(),
    sensors: Type.Integer(),
  }),
  updated: Type.Object({ sensors: Type.Integer() }),
  unchanged: Type.Object({ sensors: Type.Integer() }),
  /** What was done but deserves a look. */
  warnings: Type.Array(Type.String()),
})

export type Building = Static<typeof Building>
export type BuildingInput = Static<typeof BuildingInput>
export type BuildingPatch = Static<typeof BuildingPatch>
export type Floor = Static<typeof Floor>
export type FloorInput = Static<typeof FloorInput>
export type FloorPatch = Static<typeof FloorPatch>
export type Zone = Static<typeof Zone>
export type ZoneInput = Static<typeof ZoneInput>
export type ZonePatch = Static<typeof ZonePatch>
export type Sensor = Static<typeof Sensor>
export type SensorInput = Static<typeof SensorInput>
export type SensorPatch = Static<typeof SensorPatch>
export type SensorQuery = Static<typeof SensorQuery>
export type Gateway = Static<typeof Gateway>
export type GatewayInput = Static<typeof GatewayInput>
export type GatewayPatch = Static<typeof GatewayPatch>
export type Position = Static<typeof Position>
export type ImportSummary = Static<typeof ImportSummary>
