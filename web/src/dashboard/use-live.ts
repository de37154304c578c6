import type { BuildingDashboard, FloorDashboard, LiveReading } from '@plenum/contract'
import { type QueryKey, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { isWithdrawn } from '../platform/api.ts'
import { openEventStream, type StreamState } from '../platform/event-stream.ts'
import { buildingDashboardQuery, floorDashboardQuery } from './dashboard-queries.ts'
import { withFloors, withReadings } from './live-changes.ts'

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

/** Nobody asks for what they are told. */
const whileLive = { refetchInterval: false, refetchOnWindowFocus: false } as const

const isShown = ({ data, error }: { data: unknown; error: Error | null }) =>
  data !== undefined && !(error && isWithdrawn(error))

/** A floor as it is now, told by the server; asked for every few seconds where that can't be. */
export const useLiveFloor = (floorId: number) => {
  const [stream, onState] = useState<StreamState>('starting')
  const query = floorDashboardQuery(floorId)
  const answer = useQuery(stream === 'live' ? { ...query, ...whileLive } : query)
  const { queryKey } = query
  const path = `/api/live/floor/${floorId}`
  useStream({ path, queryKey, event: 'readings', apply: applyReadings, isWanted: isShown(answer), onState })
  return { answer, stream }
}

/** The same of a building. */
export const useLiveBuilding = (buildingId: number) => {
  const [stream, onState] = useState<StreamState>('starting')
  const query = buildingDashboardQuery(buildingId)
  const answer = useQuery(stream === 'live' ? { ...query, ...whileLive } : query)
  const { queryKey } = query
  const path = `/api/live/building/${buildingId}`
  useStream({ path, queryKey, event: 'floors', apply: applyFloors, isWanted: isShown(answer), onState })
  return { answer, stream }
}
