import { type History, historyLimits, type RollupRecord, type Series } from '@plenum/contract'
import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { getJson, UnreachableError } from '../platform/api.ts'
import { queryKeys } from '../platform/query-keys.ts'
import { type Columns, columnsOfIncreases, columnsOfSeries } from './columns.ts'
import { bucketEnd, bucketSpan } from './counter-buckets.ts'
import { styleOf, type Trace } from './panels.ts'
import type { Span } from './time-range.ts'

/** Going back to where one was shows it at once; late readings are rare enough to wait this long. */
const staleTime = 120_000
const unreachableIntervalMs = 5_000

const common = {
  staleTime,
  gcTime: staleTime,
  // Thousands of numbers that change all at once: looking for equal ones costs more than drawing them.
  structuralSharing: false,
  refetchInterval: ({ state: { error } }: { state: { error: Error | null } }) =>
    error instanceof UnreachableError ? unreachableIntervalMs : (false as const),
}

const instant = (atMs: number) => new Date(atMs).toISOString()
const within = ({ fromMs, toMs }: Span) => ({ from: instant(fromMs), to: instant(toMs) })

/** The query cache forgets an error as soon as it asks again; what is told about it would come and go. */
const lastErrors = new Map<string, Error>()
const written = (queryKey: readonly unknown[]) => JSON.stringify(queryKey)

const rememberError = async <T>(
  queryKey: readonly unknown[],
  signal: AbortSignal,
  ask: () => Promise<T>,
): Promise<T> => {
  try {
    const answer = await ask()
    lastErrors.delete(written(queryKey))
    return answer
  } catch (error) {
    if (!signal.aborted) lastErrors.set(written(queryKey), error as Error)
    throw error
  }
}

/** Why a range could not be loaded, until it is. */
export const lastError = (queryKey: readonly unknown[]): Error | null => lastErrors.get(written(queryKey)) ?? null

const seriesQuery = ({ sensor }: Trace, span: Span, points: number) =>
  queryOptions({
    ...common,
    queryKey: queryKeys.series(sensor.id, span.fromMs, span.toMs, points),
    queryFn: ({ signal, queryKey }): Promise<Columns> =>
      rememberError(queryKey, signal, async () => {
        const search = new URLSearchParams({ ...within(span), points: String(points) })
        const series = await getJson<Series>(`/api/sensors/${sensor.id}/series?${search}`, signal)
        return columnsOfSeries(series, sensor.interval_s * 1_000)
      }),
  })

const increasesQuery = ({ sensor }: Trace, span: Span, timeZone: string) => {
  const { fromMs, toMs, size } = bucketSpan(span, timeZone)
  return queryOptions({
    ...common,
    queryKey: queryKeys.increases(sensor.id, fromMs, toMs, size),
    queryFn: ({ signal, queryKey }): Promise<Columns> =>
      rememberError(queryKey, signal, async () => {
        const limit = String(historyLimits.recordsPerPage)
        const search = new URLSearchParams({ ...within({ fromMs, toMs }), resolution: size, limit })
        const history = await getJson<History>(`/api/sensors/${sensor.id}/history?${search}`, signal)
        return columnsOfIncreases(history.records as RollupRecord[], (startMs) => bucketEnd(startMs, size, timeZone))
      }),
  })
}

/**
 * Counters come from the history: the server knows resets and replaced meters, and its buckets are those of reports.
 * Everything else comes as a line of as many points as there are pixels.
 */
export const columnsQuery = (trace: Trace, span: Span, points: number, timeZone: string) => ({
  ...(styleOf(trace.sensor.sensor_type) === 'bars'
    ? increasesQuery(trace, span, timeZone)
    : seriesQuery(trace, span, points)),
  enabled: points > 0,
})

/** What was seen last of a sensor: it stays while finer readings load, and when they cannot be loaded. */
export const lastKnownColumns = (client: QueryClient, sensorId: number): Columns | undefined => {
  const known = client.getQueryCache().findAll({ queryKey: queryKeys.history(sensorId) })
  const loaded = known.filter(({ state }) => state.data !== undefined)
  const [newest] = loaded.sort((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt)
  return newest?.state.data as Columns | undefined
}
