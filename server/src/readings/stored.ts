import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'
import { merged, within } from './columns.ts'
import { addCarried, addSteps, type Day, daysIn, type ReadDays } from './day-figures.ts'
import { createDayMemory } from './day-memory.ts'
import { readFigures } from './figure-store.ts'
import { shareOf } from './held-state.ts'
import type { DaysOf } from './local-days.ts'
import { type ReadingParts, readReadings } from './reading-parts.ts'
import { replacementStore } from './replacement-store.ts'
import { hourMs } from './rollup.ts'
import { sealStore } from './seal-store.ts'
import { longestDayMs } from './segment-store.ts'
import type { Good, ReadingChunk, Rollup, StoredReadings } from './stored-readings.ts'

const dayMs = 86_400_000
/** Sensor-days of one query of a scan: half a megabyte of minutes, and still few queries. */
const daysPerQuery = 32
/** More than a day of 25 hours. */
const longDayMs = 26 * hourMs

/** From sealed days and hot rows together. @param daysOf where local days begin */
export const createReadDays =
  (db: Kysely<Tables>, daysOf: DaysOf): ReadDays =>
  async (query, unit, { countings, holdsMs }) => {
    const [sensors, parts] = await Promise.all([
      sealStore.sensors(db, query.sensorIds),
      readFigures(db, query, unit, holdsMs),
    ])
    const daysBySensor = new Map<number, Day[]>()
    for (const { id, timezone } of sensors) {
      const part = parts.get(id)
      if (!part) continue
      const { startsMs } = await daysOf(timezone, query.toMs)
      const meaning = { counting: countings.get(id), holdMs: holdsMs.get(id) }
      // A day that began before what was read may have late readings there: nothing may be counted from it.
      const found = daysIn(part, startsMs, meaning).filter((day) => day.fromMs >= query.fromMs)
      if (found.length > 0) daysBySensor.set(id, found)
    }
    return daysBySensor
  }

/** Answers from days and readings, however they are stored. */
export function createStored(db: Kysely<Tables>, readDays: ReadDays): StoredReadings {
  const memory = createDayMemory()

  /** The last good readings before instants, for those counters that have one. */
  const goodBefore = async (asked: { id: number; ms: number }[], signal?: AbortSignal) => {
    if (asked.length === 0) return new Map<number, Good>()
    const { rows } = await sql<{ id: number; ms: number; value: number }>`
      select id, (extract(epoch from at) * 1000)::float8 as ms, value from unnest(${asked.map(({ id }) => id)}::int4[],
        ${asked.map(({ ms }) => new Date(ms).toISOString())}::timestamptz[]) as asked (id, before)
      cross join lateral good_before(id, before)`.execute(db, { signal, inflightQueryAbortStrategy: 'cancel query' })
    return new Map(rows.map(({ id, ms, value }): [number, Good] => [id, { atMs: ms, value }]))
  }

  return {
    lastGoodBefore: ({ sensorIds, beforeMs, signal }) =>
      goodBefore(
        sensorIds.map((id) => ({ id, ms: beforeMs })),
        signal,
      ),

    countings: ({ sensorIds, signal }) => replacementStore.countings(db, sensorIds, signal),

    async *scan({ sensorIds, fromMs, toMs, remember = false, signal }): AsyncGenerator<ReadingChunk> {
      const days = Math.max(1, Math.ceil((toMs - fromMs) / dayMs))
      const sensorsPerQuery = Math.max(1, Math.floor(daysPerQuery / days))
      for (let i = 0; i < sensorIds.length; i += sensorsPerQuery) {
        const some = sensorIds.slice(i, i + sensorsPerQuery)
        for (let from = fromMs; from < toMs; from += daysPerQuery * dayMs) {
          const to = Math.min(toMs, from + daysPerQuery * dayMs)
          const known = remember ? memory.of(some, from, to, longestDayMs) : []
          const parts = await readReadings(db, { sensorIds: some, fromMs: from, toMs: to, signal }, known)
          for (const sensorId of some) {
            const part = parts.get(sensorId)
            if (!part) continue
            if (remember) part.days.forEach(memory.keep)
            yield* chunksOf(sensorId, part, from, to)
          }
        }
      }
    },

    async rollups({ sensorIds, fromMs, toMs, unit, signal }) {
      const [holdsMs, countings] = await Promise.all([
        sealStore.holds(db, sensorIds),
        replacementStore.countings(db, sensorIds, signal),
      ])
      // As far back as a state may have held that still counts.
      const readFromMs = fromMs - longDayMs - Math.max(0, ...holdsMs.values())
      const query = { sensorIds, fromMs: readFromMs, toMs: toMs + longDayMs, signal }
      const daysBySensor = await readDays(query, unit, { countings, holdsMs })
      const counters = [...daysBySensor].filter(([id]) => countings.has(id))
      const before = await goodBefore(
        counters.map(([id, days]) => ({ id, ms: (days[0] as Day).fromMs })),
        signal,
      )
      const rollups: Rollup[] = []
      for (const [id, days] of daysBySensor) {
        const [counting, holdMs] = [countings.get(id), holdsMs.get(id)]
        if (counting) addSteps(days, counting, before.get(id))
        if (holdMs !== undefined) addCarried(days, holdMs)
        for (const one of days) {
          const buckets = unit === 'day' ? [one.day] : one.hours
          buckets.forEach((figures, i) => {
            const atMs = one.fromMs + i * hourMs
            if (atMs < fromMs || atMs >= toMs || figures.count + figures.suspect === 0) return
            const rollup = { sensorId: id, atMs, ...figures, share: Number.NaN }
            if (!counting) rollup.increase = Number.NaN
            if (unit === 'hour') rollup.first = rollup.last = Number.NaN
            if (one.held) rollup.share = unit === 'day' ? shareOf(one.held) : shareOf(one.held, i, i + 1)
            else if (holdMs !== undefined) rollup.share = figures.sum / figures.count
            rollups.push(rollup)
          })
        }
      }
      return rollups.sort((a, b) => a.atMs - b.atMs || a.sensorId - b.sensorId)
    },
  }
}

function* chunksOf(sensorId: number, { days, hot }: ReadingParts, fromMs: number, toMs: number) {
  let hotFromMs = fromMs
  for (const day of days) {
    const early = within(hot, hotFromMs, day.fromMs)
    if (early.atMs.length > 0) yield { sensorId, ...early }
    const inside = merged(within(day.readings, fromMs, toMs), within(hot, day.fromMs, day.toMs))
    if (inside.atMs.length > 0) yield { sensorId, ...inside }
    hotFromMs = day.toMs
  }
  const late = within(hot, hotFromMs, toMs)
  if (late.atMs.length > 0) yield { sensorId, ...late }
}
