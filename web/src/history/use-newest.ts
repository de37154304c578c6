import { useQueries } from '@tanstack/react-query'
import { floorDashboardQuery } from '../dashboard/dashboard-queries.ts'
import { styleOf } from './panels.ts'
import { figuresOf, markedOf } from './summary.ts'
import type { Span } from './time-range.ts'
import type { LoadedTrace } from './use-columns.ts'

/** Loaded, but without a reading in the visible range, not even a suspect one. */
const isEmpty = ({ columns, isOld, trace }: LoadedTrace, span: Span): boolean =>
  columns !== undefined &&
  !isOld &&
  figuresOf(columns, span, styleOf(trace.sensor.sensor_type)) === null &&
  markedOf(columns, span).suspect === 0

/** When sensors without readings here sent last: null when never, absent while not known. Only asked for those. */
export const useNewest = (loaded: readonly LoadedTrace[], span: Span) => {
  const empty = loaded.filter((one) => isEmpty(one, span))
  const floorIds = [...new Set(empty.map(({ trace }) => trace.sensor.floor_id))]
  const dashboards = useQueries({
    queries: floorIds.map((floorId) => ({ ...floorDashboardQuery(floorId), refetchInterval: false as const })),
  })
  const newest = new Map(
    dashboards.flatMap(({ data }) =>
      (data?.sensors ?? []).map(({ sensor_id, latest_timestamp }) => [sensor_id, latest_timestamp] as const),
    ),
  )
  const isAllEmpty = loaded.length > 0 && empty.length === loaded.length
  const times = empty.flatMap(({ trace }) => newest.get(trace.sensor.id) ?? [])
  return {
    newest,
    isAllEmpty,
    newestAt: times.sort().at(-1),
    isNewestKnown: dashboards.every(({ isPending }) => !isPending),
  }
}
