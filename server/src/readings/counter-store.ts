import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'
import { countingColumns } from './replacement-store.ts'
import { longestDayMs } from './segment-store.ts'
import type { Counting, Good } from './stored-readings.ts'

export interface Counter extends Counting {
  /**
   * The last good reading before a range: before the sealed day that holds its beginning, where there is one, as a look
   * into that day would cost more than all else.
   */
  earlier: Good | undefined
}

/** What falls of counters mean and what they count from, by sensor; of the sensors asked for none but counters. */
export async function readCounters(
  db: Kysely<Tables>,
  { sensorIds, fromMs, signal }: { sensorIds: readonly number[]; fromMs: number; signal?: AbortSignal | undefined },
): Promise<Map<number, Counter>> {
  const from = new Date(fromMs)
  const { rows } = await sql<Counting & { id: number; at_ms: number | null; value: number | null }>`
    select s.id, ${countingColumns}, (extract(epoch from good.at) * 1000)::float8 as at_ms, good.value
    from sensor s
    left join lateral good_before(s.id, coalesce(
      (select min(day.from_at) from segment day
       where day.sensor_id = s.id and day.from_at <= ${from} and day.to_at > ${from}
         and day.from_at > ${new Date(fromMs - longestDayMs)}),
      ${from})) good on true
    where s.id = any(${sensorIds}::int4[]) and is_counter(s.sensor_type)`.execute(db, {
    signal,
    inflightQueryAbortStrategy: 'cancel query',
  })
  return new Map(
    rows.map(({ id, at_ms: atMs, value, ...counting }) => {
      const earlier = atMs === null || value === null ? undefined : { atMs, value }
      return [id, { ...counting, earlier }]
    }),
  )
}

/** The last good reading of each of the sensors before an instant; none for a sensor that has none. */
export async function readGoodBefore(
  db: Kysely<Tables>,
  { sensorIds, beforeMs, signal }: { sensorIds: readonly number[]; beforeMs: number; signal?: AbortSignal | undefined },
): Promise<Map<number, Good>> {
  if (sensorIds.length === 0) return new Map()
  const { rows } = await sql<{ id: number; ms: number; value: number }>`
    select id, (extract(epoch from at) * 1000)::float8 as ms, value
    from unnest(${sensorIds}::int4[]) id cross join lateral good_before(id, ${new Date(beforeMs)})`.execute(db, {
    signal,
    inflightQueryAbortStrategy: 'cancel query',
  })
  return new Map(rows.map(({ id, ms, value }) => [id, { atMs: ms, value }]))
}
