import { useQueries, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Columns } from './columns.ts'
import { columnsQuery, lastError, lastKnownColumns } from './history-queries.ts'
import type { Trace } from './panels.ts'
import { shownColumns } from './shown-columns.ts'
import type { Span } from './time-range.ts'

export interface LoadedTrace {
  trace: Trace
  columns: Columns | undefined
  /** The columns are those of another range or fewer points. */
  isOld: boolean
  isLoading: boolean
  error: Error | null
  retry: () => void
}

/** The list that was there before as long as nothing in it changed, so that what is made from it is kept. */
export const useSameList = <T>(list: readonly T[]): readonly T[] => {
  const [kept, setKept] = useState(list)
  if (kept === list) return list
  if (kept.length === list.length && kept.every((item, index) => Object.is(item, list[index]))) return kept
  setKept(list)
  return list
}

/** What is to be drawn of each sensor in this range; requests for ranges nobody waits for any longer are cancelled. */
export const useColumns = (traces: readonly Trace[], span: Span, points: number, timeZone: string): LoadedTrace[] => {
  const client = useQueryClient()
  const queries = traces.map((trace) => columnsQuery(trace, span, points, timeZone))
  const results = useQueries({ queries })
  return traces.map((trace, index) => {
    const { data, isFetching, refetch } = results[index] ?? {}
    const error = results[index]?.error ?? lastError(queries[index]?.queryKey ?? [])
    return {
      trace,
      columns: shownColumns(data ?? lastKnownColumns(client, trace.sensor.id), trace.scale),
      isOld: data === undefined,
      isLoading: data === undefined && (isFetching ?? true) && !error,
      error,
      retry: () => void refetch?.(),
    }
  })
}
