import type {
  BuildingDashboard,
  BuildingsDashboard,
  DashboardSensor,
  FloorDashboard,
  LiveReading,
} from '@plenum/contract'

/** What is told when one body follows another. Pure. */

export type Change =
  | { event: 'readings'; data: LiveReading[] }
  | { event: 'floors'; data: BuildingDashboard['floors'] }
  | { event: 'buildings'; data: BuildingsDashboard['buildings'] }

export type Body = FloorDashboard | BuildingDashboard | BuildingsDashboard

const isFloor = (body: Body): body is FloorDashboard => 'floor' in body
const isBuilding = (body: Body): body is BuildingDashboard => 'building' in body
const isOverview = (body: Body): body is BuildingsDashboard => 'buildings' in body

const readingOf = (sensor: DashboardSensor): LiveReading => ({
  sensor_id: sensor.sensor_id,
  latest_value: sensor.latest_value,
  latest_timestamp: sensor.latest_timestamp,
  status: sensor.status,
  quality: sensor.quality,
})

const withoutReading = (sensor: DashboardSensor): object => ({
  ...sensor,
  latest_value: null,
  latest_timestamp: null,
  status: null,
  quality: null,
})

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

function floorChange(before: FloorDashboard, after: FloorDashboard): Change | null {
  const registered = ({ floor, withheld, sensors }: FloorDashboard) => [floor, withheld, sensors.map(withoutReading)]
  if (!same(registered(before), registered(after))) return null
  const data = after.sensors.map(readingOf).filter((one, i) => {
    const was = before.sensors[i]
    return was === undefined || !same(readingOf(was), one)
  })
  return { event: 'readings', data }
}

/** @returns those that differ; null where one has come or gone */
function changedRows<Row extends { id: number }>(before: readonly Row[], after: readonly Row[]): Row[] | null {
  const ids = (rows: readonly Row[]) => rows.map(({ id }) => id)
  return same(ids(before), ids(after)) ? after.filter((row, i) => !same(before[i], row)) : null
}

function buildingChange(before: BuildingDashboard, after: BuildingDashboard): Change | null {
  const data = same(before.building, after.building) ? changedRows(before.floors, after.floors) : null
  return data && { event: 'floors', data }
}

function overviewChange(before: BuildingsDashboard, after: BuildingsDashboard): Change | null {
  const data = before.more === after.more ? changedRows(before.buildings, after.buildings) : null
  return data && { event: 'buildings', data }
}

/** @returns null where more changed than readings: then only a snapshot tells it */
export function changeOf(before: Body, after: Body): Change | null {
  if (isFloor(before)) return isFloor(after) ? floorChange(before, after) : null
  if (isBuilding(before)) return isBuilding(after) ? buildingChange(before, after) : null
  return isOverview(after) ? overviewChange(before, after) : null
}

/**
 * When time alone changes what a floor says: its next sensor turns stale.
 * @returns milliseconds since 1970; Infinity for never, and for buildings, whose bodies don't tell
 */
export function staleAtMs(body: Body, staleAfterIntervals: number): number {
  if (!isFloor(body)) return Infinity
  const due = body.sensors.flatMap(({ status, latest_timestamp, interval_s }) =>
    status !== 'ok' || latest_timestamp === null
      ? []
      : Date.parse(latest_timestamp) + staleAfterIntervals * interval_s * 1_000,
  )
  return due.reduce((a, b) => Math.min(a, b), Infinity)
}

/** Whether readings of a floor may show in a body. */
export const shows = (body: Body, floorIds: ReadonlySet<number>): boolean => {
  if (isFloor(body)) return floorIds.has(body.floor.id)
  // Of buildings it does not name its floors; looking costs no statement where none of them is meant.
  return isOverview(body) || body.floors.some(({ id }) => floorIds.has(id))
}
