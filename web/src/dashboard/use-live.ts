import type { BuildingDashboard, BuildingsDashboard, FloorDashboard, LiveReading } from '@plenum/contract'
import { type QueryKey, useQuery, useQueryClient, type UseQueryOptions } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { isWithdrawn } from '../platform/api.ts'
import { openEventStream, type StreamState } from '../platform/event-stream.ts'
import { buildingDashboardQuery, buildingsDashboardQuery, floorDashboardQuery } from './dashboard-queries.ts'
import { withBuildings, withFloors, withReadings } from './live-changes.ts'

interface LiveBody<T> {
  path: string
  queryKey: QueryKey
  /** By name of the event that is not a snapshot. */
  event: string
  apply: (body: T, data: unknown) => T
  /** Once the first answer is there: what may not be seen is not watched. */
  isWanted: boolean
  onState: (state: StreamState) => void
}

/** Keeps what a query has asked for up to date by a stream. */
const useStream = <T>({ path, queryKey, event, apply, isWanted, onState }: LiveBody<T>) => {
  const client = useQueryClient()
  const name = JSON.stringify(queryKey)
  useEffect(() => {
    if (!isWanted) return
    const exactly = { queryKey: JSON.parse(name) as QueryKey, exact: true }
    const change = (next: (body: T) => T) =>
      client.setQueryData<T>(exactly.queryKey, (body) => (body === undefined ? undefined : next(body)))
    let last: StreamState = 'starting'
    const note = (state: StreamState) => {
      // An answer that is still on its way is older than what comes now.
      if (state === 'live') void client.cancelQueries(exactly)
      // What is shown held until now: what failed before is over, and what fails next counts from here.
      if (state === 'live' || last === 'live') change((body) => body)
      // Refused: asking tells why, and leads to sign-in where that is it.
      if (state === 'off' && last !== 'off') void client.refetchQueries(exactly)
      last = state
      onState(state)
    }
    const on = {
      snapshot: (data: unknown) => void client.setQueryData(exactly.queryKey, data),
      [event]: (data: unknown) => void change((body) => apply(body, data)),
    }
    const end = openEventStream({ path, on, onState: note })
    return () => {
      end()
      onState('starting')
    }
  }, [client, path, name, event, apply, isWanted, onState])
}

const applyReadings = (body: FloorDashboard, data: unknown) => withReadings(body, data as LiveReading[])
const applyFloors = (body: BuildingDashboard, data: unknown) => withFloors(body, data as BuildingDashboard['floors'])
const applyBuildings = (body: BuildingsDashboard, data: unknown) =>
  withBuildings(body, data as BuildingsDashboard['buildings'])

/** Nobody asks for what they are told. */
const whileLive = { refetchInterval: false, refetchOnWindowFocus: false } as const

const isShown = ({ data, error }: { data: unknown; error: Error | null }) =>
  data !== undefined && !(error && isWithdrawn(error))

interface Watched<T, Key extends QueryKey> {
  query: UseQueryOptions<T, Error, T, Key> & { queryKey: Key }
  path: string
  event: string
  apply: (body: T, data: unknown) => T
}

const useLive = <T, Key extends QueryKey>({ query, path, event, apply }: Watched<T, Key>) => {
  const [stream, onState] = useState<StreamState>('starting')
  const answer = useQuery(stream === 'live' ? { ...query, ...whileLive } : query)
  useStream({ path, queryKey: query.queryKey, event, apply, isWanted: isShown(answer), onState })
  return { answer, stream }
}

/** A floor as it is now, told by the server; asked for every few seconds where that can't be. */
export const useLiveFloor = (floorId: number) =>
  useLive({
    query: floorDashboardQuery(floorId),
    path: `/api/live/floor/${floorId}`,
    event: 'readings',
    apply: applyReadings,
  })

/** The same of a building. */
export const useLiveBuilding = (buildingId: number) =>
  useLive({
    query: buildingDashboardQuery(buildingId),
    path: `/api/live/building/${buildingId}`,
    event: 'floors',
    apply: applyFloors,
  })

/** The same of all buildings, by one stream: a browser has six connections to a server, for all its tabs. */
export const useLiveBuildings = () =>
  useLive({ query: buildingsDashboardQuery, path: '/api/live/buildings', event: 'buildings', apply: applyBuildings })
