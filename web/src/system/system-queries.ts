import type { SystemHistory, SystemState } from '@plenum/contract'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { getJson } from '../platform/api.ts'
import { queryKeys } from '../platform/query-keys.ts'

/** Asked again while the page is looked at; nothing is asked in a tab that is not. */
const stateIntervalMs = 5_000
const historyIntervalMs = 30_000

export const systemStateQuery = queryOptions({
  queryKey: queryKeys.system,
  queryFn: ({ signal }) => getJson<SystemState>('/api/system', signal),
  refetchInterval: stateIntervalMs,
})

/** Of another number of hours the charts stay until the answer is there. */
export const systemHistoryQuery = (hours: number) =>
  queryOptions({
    queryKey: queryKeys.systemHistory(hours),
    queryFn: ({ signal }) => getJson<SystemHistory>(`/api/system/history?hours=${hours}`, signal),
    refetchInterval: historyIntervalMs,
    placeholderData: keepPreviousData,
  })
