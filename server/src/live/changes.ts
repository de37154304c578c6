import type { BuildingDashboard, DashboardSensor, FloorDashboard, LiveReading } from '@plenum/contract'

/** What is told when one body follows another. Pure. */

export type Change = { event: 'readings'; data: LiveReading[] } | { event: 'floors'; data: BuildingDashboard['floors'] }

type Dashboard = FloorDashboard | BuildingDashboard

const isFloor = (body: Dashboard): body is FloorDashboard => 'floor' in body

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

function buildingChange(before: BuildingDashboard, after: BuildingDashboard): Change | null {
  const registered = ({ building, floors }: BuildingDashboard) => [building, floors.map(({ id }) => id)]
  if (!same(registered(before), registered(after))) return null
  return { event: 'floors', data: after.floors.filter((floor, i) => !same(before.floors[i], floor)) }
}

/** @returns null where more changed than readings: then only a snapshot tells it */
export function changeOf(before: Dashboard, after: Dashboard): Change | null {
  if (isFloor(before)) return isFloor(after) ? floorChange(before, after) : null
  return isFloor(after) ? null : buildingChange(before, after)
}

/**
 * When time alone changes what a floor says: its next sensor turns stale.
 * @returns milliseconds since 1970; Infinity for never, and for buildings, whose bodies don't tell
 */
export function staleAtMs(body: Dashboard, staleAfterIntervals: number): number {
  if (!isFloor(body)) return Infinity
  const due = body.sensors.flatMap(({ status, latest_timestamp, interval_s }) =>
    status !== 'ok' || latest_timestamp === null
      ? []
      : Date.parse(latest_timestamp) + staleAfterIntervals * interval_s * 1_000,
  )
  return due.reduce((a, b) => Math.min(a, b), Infinity)
}

/** Whether readings of a floor show in a body. */
export const shows = (body: Dashboard, floorIds: ReadonlySet<number>): boolean =>
  isFloor(body) ? floorIds.has(body.floor.id) : body.floors.some(({ id }) => floorIds.has(id))
