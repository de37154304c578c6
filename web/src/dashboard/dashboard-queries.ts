import type { BuildingDashboard, BuildingsDashboard, FloorDashboard, FloorSparklines } from '@plenum/contract'
import { queryOptions } from '@tanstack/react-query'
import { getJson, isWithdrawn } from '../platform/api.ts'
import { queryKeys } from '../platform/query-keys.ts'

/** How often a page asks again while it is looked at and not told (use-live.ts); an unchanged answer is a 304 without a body. */
export const floorIntervalMs = 5_000
export const buildingIntervalMs = 10_000
const sparklinesIntervalMs = 60_000

/** Asks again while there is something to see: what is gone or forbidden is not asked for every five seconds. */
const every =
  (intervalMs: number) =>
  ({ state: { error } }: { state: { error: Error | null } }): number | false =>
    error && isWithdrawn(error) ? false : intervalMs

export const floorDashboardQuery = (floorId: number) =>
  queryOptions({
    queryKey: queryKeys.floorDashboard(floorId),
    queryFn: ({ signal }) => getJson<FloorDashboard>(`/api/dashboard/floor/${floorId}`, signal),
    refetchInterval: every(floorIntervalMs),
  })

export const buildingDashboardQuery = (buildingId: number) =>
  queryOptions({
    queryKey: queryKeys.buildingDashboard(buildingId),
    queryFn: ({ signal }) => getJson<BuildingDashboard>(`/api/dashboard/building/${buildingId}`, signal),
    refetchInterval: every(buildingIntervalMs),
  })

export const buildingsDashboardQuery = queryOptions({
  queryKey: queryKeys.buildingsDashboard,
  queryFn: ({ signal }) => getJson<BuildingsDashboard>('/api/dashboard/buildings', signal),
  refetchInterval: every(buildingIntervalMs),
})

export const floorSparklinesQuery = (floorId: number) =>
  queryOptions({
    queryKey: queryKeys.floorSparklines(floorId),
    queryFn: ({ signal }) => getJson<FloorSparklines>(`/api/dashboard/floor/${floorId}/sparklines`, signal),
    refetchInterval: every(sparklinesIntervalMs),
    staleTime: sparklinesIntervalMs / 2,
  })
