import type { BuildingDashboard } from '@plenum/contract'

type Floors = BuildingDashboard['floors']
type StatusCounts = Floors[number]['status']

/** A building as the sum of its floors. `expected` leaves out disabled sensors, which nobody waits for. */
export const addUpFloors = (floors: Floors) => {
  const status: StatusCounts = { ok: 0, stale: 0, silent: 0, disabled: 0 }
  let newestAt: string | null = null
  for (const floor of floors) {
    status.ok += floor.status.ok
    status.stale += floor.status.stale
    status.silent += floor.status.silent
    status.disabled += floor.status.disabled
    const at = floor.latest_timestamp
    if (at !== null && (newestAt === null || Date.parse(at) > Date.parse(newestAt))) newestAt = at
  }
  return { status, expected: status.ok + status.stale + status.silent, newestAt }
}
