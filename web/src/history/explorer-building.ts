import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { Sensor } from '@plenum/contract'
import { useMemo } from 'react'
import { useSeesPresence } from '../auth/session.ts'
import { splitByPresence } from '../auth/withheld-sensors.ts'
import { buildingDashboardQuery } from '../dashboard/dashboard-queries.ts'
import { fromTop } from '../dashboard/floor-order.ts'
import { queryKeys } from '../platform/query-keys.ts'
import { buildingsQuery, sensorsOfBuildingQuery } from '../registry/registry-queries.ts'
import type { FinderFloor } from './sensor-finder.ts'

/** What the explorer needs to know of a building before it can draw anything. */
export interface ExplorerBuilding {
  id: number
  name: string
  timeZone: string
  /** From the top. */
  floors: FinderFloor[]
}

/** The building of the address, else the first one; its sensors and floors. */
export const useExplorerBuilding = (wantedId: number | undefined) => {
  const buildings = useQuery(buildingsQuery)
  const id = wantedId ?? buildings.data?.[0]?.id
  const inBuilding = id !== undefined
  const dashboard = useQuery({
    ...buildingDashboardQuery(id ?? 0),
    enabled: inBuilding,
    refetchInterval: false,
    // Names only: figures change every few seconds, and the charts must not be made anew for that.
    select: ({ building, floors }): ExplorerBuilding => ({
      id: building.id,
      name: building.name,
      timeZone: building.timezone,
      floors: fromTop(floors).map(({ id: floorId, name }) => ({ id: floorId, name })),
    }),
  })
  const sensors = useQuery({ ...sensorsOfBuildingQuery(id ?? 0), enabled: inBuilding })
  const seesPresence = useSeesPresence()
  const { shown, withheldById } = useMemo(
    () => splitByPresence(sensors.data ?? [], seesPresence),
    [sensors.data, seesPresence],
  )
  const sensorsById = useMemo(() => new Map<number, Sensor>(shown.map((sensor) => [sensor.id, sensor])), [shown])
  const isWithoutBuildings = buildings.data?.length === 0 && wantedId === undefined
  return {
    building: dashboard.data,
    /** Those whose readings are shown to whoever is signed in. */
    sensors: sensors.data && shown,
    sensorsById,
    withheldById,
    isWithoutBuildings,
    severalBuildings: (buildings.data?.length ?? 0) > 1,
    error: buildings.error ?? dashboard.error ?? sensors.error,
    retry: () =>
      void Promise.all([buildings.refetch(), ...(inBuilding ? [dashboard.refetch(), sensors.refetch()] : [])]),
  }
}

/** The floor that was looked at last, else the lowest in the list that has a number from the ground up. */
export const useLastFloor = (floors: readonly FinderFloor[]): FinderFloor | undefined => {
  const client = useQueryClient()
  const seen = client
    .getQueryCache()
    .findAll({ queryKey: queryKeys.floorDashboards })
    .sort((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt)
    .map(({ queryKey }) => queryKey[2])
  const last = floors.find(({ id }) => id === seen.find((floorId) => floors.some((floor) => floor.id === floorId)))
  return last ?? floors[Math.floor(floors.length / 2)]
}
