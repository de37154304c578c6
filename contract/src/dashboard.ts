import { type Static, Type } from 'typebox'
import { Quality } from './readings.ts'
import { Position, SensorTypeName } from './registry.ts'
import { Id, Nullable, Timestamp } from './wire.ts'

/** `stale`: no reading for three expected intervals; `silent`: never a reading. */
export const SensorStatus = Type.Enum(['ok', 'stale', 'silent', 'disabled'])
export type SensorStatus = Static<typeof SensorStatus>

/** A sensor is stale once its newest reading is older than this many of its intervals. */
export const staleAfterIntervals = 3

export const DashboardSensor = Type.Object({
  sensor_id: Id,
  sensor_key: Type.String(),
  name: Type.String(),
  sensor_type: SensorTypeName,
  unit: Type.String(),
  zone_id: Nullable(Id),
  position: Nullable(Position),
  interval_s: Type.Integer(),
  status: SensorStatus,
  latest_value: Nullable(Type.Number()),
  latest_timestamp: Nullable(Timestamp),
  quality: Nullable(Quality),
  /** The worst alert that fires for this sensor; null while alerts are not built. */
  alert: Type.Null(),
})
export type DashboardSensor = Static<typeof DashboardSensor>

export const FloorDashboard = Type.Object({
  floor: Type.Object({
    id: Id,
    name: Type.String(),
    level: Type.Integer(),
    building_id: Id,
    timezone: Type.String(),
  }),
  generated_at: Timestamp,
  sensors: Type.Array(DashboardSensor),
  withheld: Type.Integer({ description: 'Sensors of motion and occupancy that are not shown to whoever asks' }),
})
export type FloorDashboard = Static<typeof FloorDashboard>

const StatusCounts = Type.Object({
  ok: Type.Integer(),
  stale: Type.Integer(),
  silent: Type.Integer(),
  disabled: Type.Integer(),
})

/**
 * The latest good values of one kind on one floor; `suspect` and `stale` ones are not in it. `min` and `max` are null
 * where single sensors are withheld; of fewer than three of those there is no summary at all.
 */
const KindSummary = Type.Object({
  sensor_type: SensorTypeName,
  unit: Type.String(),
  count: Type.Integer(),
  avg: Type.Number(),
  min: Nullable(Type.Number()),
  max: Nullable(Type.Number()),
})

export const BuildingDashboard = Type.Object({
  building: Type.Object({ id: Id, name: Type.String(), timezone: Type.String() }),
  generated_at: Timestamp,
  floors: Type.Array(
    Type.Object({
      id: Id,
      name: Type.String(),
      level: Type.Integer(),
      /** `sensors`, `status` and `latest_timestamp` are those of the floor's own dashboard for whoever asks. */
      sensors: Type.Integer(),
      withheld: Type.Integer(),
      status: StatusCounts,
      latest_timestamp: Nullable(Timestamp),
      kinds: Type.Array(KindSummary),
    }),
  ),
})
export type BuildingDashboard = Static<typeof BuildingDashboard>

/** At most this many buildings are summed up in one answer. */
export const mostBuildings = 200

export const BuildingsDashboard = Type.Object({
  generated_at: Timestamp,
  buildings: Type.Array(
    Type.Object({
      id: Id,
      name: Type.String(),
      address: Nullable(Type.String()),
      timezone: Type.String(),
      /** All that follows is of the floors that whoever asks sees, and the sum of what their own dashboards say. */
      floors: Type.Integer(),
      sensors: Type.Integer(),
      withheld: Type.Integer(),
      status: StatusCounts,
      latest_timestamp: Nullable(Timestamp),
    }),
  ),
  more: Type.Boolean({ description: `Whether there are more than the first ${mostBuildings}, in order of id` }),
})
export type BuildingsDashboard = Static<typeof BuildingsDashboard>

/** The last hour of a floor as small lines: one value a step, null where nothing was read. */
export const FloorSparklines = Type.Object({
  floor_id: Id,
  /** Start of the first step. */
  from: Timestamp,
  step_s: Type.Integer(),
  generated_at: Timestamp,
  sensors: Type.Array(Type.Object({ sensor_id: Id, values: Type.Array(Nullable(Type.Number())) })),
})
export type FloorSparklines = Static<typeof FloorSparklines>

/** What a `readings` event of a floor's live stream holds of each sensor that changed. */
export const LiveReading = Type.Pick(DashboardSensor, [
  'sensor_id',
  'latest_value',
  'latest_timestamp',
  'status',
  'quality',
])
export type LiveReading = Static<typeof LiveReading>
