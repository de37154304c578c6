import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'

/** Calendar days of a time zone that follow on one another. */
export interface LocalDays {
  /** Start of every day, milliseconds since 1970; the last is the end of the last day. Ascending, equal for no day. */
  startsMs: Float64Array
}

/** Loaded that far beyond what was asked for, so that the next day does not ask again. */
const aheadMs = 800 * 86_400_000
const oldestDay = '1989-12-30'

/** The date of a day by its index, `2026-11-23`. */
export const dateOfDay = (index: number): string =>
  new Date(Date.parse(oldestDay) + index * 86_400_000).toISOString().slice(0, 10)

/** Index of the day that holds an instant; its start is at or before it, the next one's after it. */
export function dayIndexOf(startsMs: Float64Array, atMs: number): number {
  let low = 0
  let high = startsMs.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((startsMs[middle] as number) <= atMs) low = middle
    else high = middle
  }
  return low
}

/** Days of a zone from 1990 to at least `toMs`. */
export type DaysOf = (timezone: string, toMs: number) => Promise<LocalDays>

/** Where days begin, as PostgreSQL has it; remembered by time zone. */
export function createLocalDays(db: Kysely<Tables>): DaysOf {
  const known = new Map<string, Promise<LocalDays>>()

  const load = async (timezone: string, toMs: number): Promise<LocalDays> => {
    const { rows } = await sql<{ starts: number[] }>`
      select array_agg((extract(epoch from local_midnight(day::date, ${timezone})) * 1000)::float8 order by day) as starts
      from generate_series(${oldestDay}::timestamp, ${new Date(toMs + aheadMs).toISOString()}::timestamp, '1 day') day`.execute(
      db,
    )
    return { startsMs: Float64Array.from(rows[0]?.starts ?? []) }
  }

  return async (timezone, toMs) => {
    const days = await known.get(timezone)
    if (days && (days.startsMs.at(-1) as number) > toMs + 86_400_000) return days
    const loading = load(timezone, toMs)
    known.set(timezone, loading)
    loading.catch(() => known.delete(timezone))
    return loading
  }
}
