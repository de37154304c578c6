import type { Building, Sensor, Zone } from '@plenum/contract'
import { queryOptions } from '@tanstack/react-query'
import { getEvery } from '../platform/api.ts'
import { queryKeys } from '../platform/query-keys.ts'

/** Names and places change rarely; a minute old is new enough. */
const staleTime = 60_000

export const buildingsQuery = queryOptions({
  queryKey: queryKeys.buildings,
  queryFn: ({ signal }) => getEvery<Building>('/api/buildings', {}, signal),
  staleTime,
})

export const zonesOfFloorQuery = (floorId: number) =>
  queryOptions({
    queryKey: queryKeys.zonesOfFloor(floorId),
    queryFn: ({ signal }) => getEvery<Zone>('/api/zones', { floor_id: String(floorId) }, signal),
    staleTime,
  })

export const sensorsOfBuildingQuery = (buildingId: number) =>
  queryOptions({
    queryKey: queryKeys.sensorsOfBuilding(buildingId),
    queryFn: ({ signal }) => getEvery<Sensor>('/api/sensors', { building_id: String(buildingId) }, signal),
    staleTime,
  })
