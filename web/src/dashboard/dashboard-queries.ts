import type { BuildingDashboard, FloorDashboard, FloorSparklines } from '@plenum/contract'
import { queryOptions } from '@tanstack/react-query'
import { getJson } from '../platform/api.ts'
import { queryKeys } from '../platform/query-keys.ts'

/** How often a page asks again while it is looked at; an unchanged answer is a 304 without a body. */
const floorIntervalMs = 5_000
const buildingIntervalMs = 10_000
const sparklinesIntervalMs = 60_000

export const floorDashboardQuery = (floorId: number) =>
  queryOptions({
    queryKey: queryKeys.floorDashboard(floorId),
    queryFn: ({ signal }) => getJson<FloorDashboard>(`/api/dashboard/floor/${floorId}`, signal),
    refetchInterval: floorIntervalMs,
  })

export const buildingDashboardQuery = (buildingId: number) =>
  queryOptions({
    queryKey: queryKeys.buildingDashboard(buildingId),
    queryFn: ({ signal }) => getJson<BuildingDashboard>(`/api/dashboard/building/${buildingId}`, signal),
    refetchInterval: buildingIntervalMs,
  })

export const floorSparklinesQuery = (floorId: number) =>
  queryOptions({
    queryKey: queryKeys.floorSparklines(floorId),
    queryFn: ({ signal }) => getJson<FloorSparklines>(`/api/dashboard/floor/${floorId}/sparklines`, signal),
    refetchInterval: sparklinesIntervalMs,
    staleTime: sparklinesIntervalMs / 2,
  })
