import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'
import { merged, within } from './columns.ts'
import { correctionOf, type Counting, counterStep, type DaySteps, type Good, stepsOf } from './counter-steps.ts'
import { dayIndexOf, type DaysOf } from './local-days.ts'
import { readFigures } from './figure-store.ts'
import { replacementStore } from './replacement-store.ts'
import { type Columns, type Figures, figuresOfDay, hourMs } from './rollup.ts'
import { decodeFigures, decodeReadings, decodeSteps } from './segment-codec.ts'
import { sealStore } from './seal-store.ts'
import { type PartsQuery, readParts, type StoredParts } from './segment-store.ts'
import type { ReadingChunk, Rollup, StoredReadings } from './stored-readings.ts'

const dayMs = 86_400_000
/** Sensor-days of one query of a scan: half a megabyte of minutes, and still few queries. */
const daysPerQuery = 32
/** More than a day of 25 hours. */
const longDayMs = 26 * hourMs

/** Figures of one local day; hours by their number in it, none where only days were asked for. */
export interface Day {
  fromMs: number
  day: Figures
  hours: Figures[]
  /** Of counters; null where there is no good reading. */
  steps: DaySteps | null
}

/** Days of sensors in time order, each by itself: `increase` counts from its own first good reading. */
export type ReadDays = (
  query: PartsQuery,
  unit: 'hour' | 'day',
  countings: ReadonlyMap<number, Counting>,
) => Promise<Map<number, Day[]>>

/** From sealed days and hot rows together. @param daysOf where local days begin */
export const createReadDays =
  (db: Kysely<Tables>, daysOf: DaysOf): ReadDays =>
  async (query, unit, countings) => {
    const [sensors, parts] = await Promise.all([sealStore.sensors(db, query.sensorIds), readFigures(db, query, unit)])
    const daysBySensor = new Map<number, Day[]>()
    for (const sensor of sensors) {
      const { startsMs } = await daysOf(sensor.timezone, query.toMs)
      // A day that began before what was read may have late readings there: nothing may be counted from it.
      const found = daysIn(parts.get(sensor.id), startsMs, countings.get(sensor.id)).filter(
        (day) => day.fromMs >= query.fromMs,
      )
      if (found.length > 0) daysBySensor.set(sensor.id, found)
    }
    return daysBySensor
  }

/** Answers from sealed days and hot rows together. */
export function createStored(db: Kysely<Tables>, readDays: ReadDays): StoredReadings {
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

    async *scan({ sensorIds, fromMs, toMs, signal }): AsyncGenerator<ReadingChunk> {
      const days = Math.max(1, Math.ceil((toMs - fromMs) / dayMs))
      const sensorsPerQuery = Math.max(1, Math.floor(daysPerQuery / days))
      for (let i = 0; i < sensorIds.length; i += sensorsPerQuery) {
        const some = sensorIds.slice(i, i + sensorsPerQuery)
        for (let from = fromMs; from < toMs; from += daysPerQuery * dayMs) {
          const to = Math.min(toMs, from + daysPerQuery * dayMs)
          const parts = await readParts(db, { sensorIds: some, fromMs: from, toMs: to, signal })
          for (const sensorId of some) yield* chunksOf(sensorId, parts.get(sensorId), from, to)
        }
      }
    },

    async rollups({ sensorIds, fromMs, toMs, unit, signal }) {
      const countings = await replacementStore.countings(db, sensorIds, signal)
      const whole = { sensorIds, fromMs: fromMs - longDayMs, toMs: toMs + longDayMs, signal }
      const daysBySensor = await readDays(whole, unit, countings)
      const counters = [...daysBySensor].filter(([id]) => countings.has(id))
      const before = await goodBefore(
        counters.map(([id, days]) => ({ id, ms: (days[0] as Day).fromMs })),
        signal,
      )
      const rollups: Rollup[] = []
      for (const [id, days] of daysBySensor) {
        const counting = countings.get(id)
        if (counting) addSteps(days, counting, before.get(id))
        for (const one of days) {
          const buckets = unit === 'day' ? [one.day] : one.hours
          buckets.forEach((figures, i) => {
            const atMs = one.fromMs + i * hourMs
            if (atMs < fromMs || atMs >= toMs || figures.count + figures.suspect === 0) return
            const rollup = { sensorId: id, atMs, ...figures }
            if (!counting) rollup.increase = Number.NaN
            if (unit === 'hour') rollup.first = rollup.last = Number.NaN
            rollups.push(rollup)
          })
        }
      }
      return rollups.sort((a, b) => a.atMs - b.atMs || a.sensorId - b.sensorId)
    },
  }
}

function* chunksOf(sensorId: number, parts: StoredParts | undefined, fromMs: number, toMs: number) {
  if (!parts) return
  let hotFromMs = fromMs
  for (const segment of parts.segments) {
    const early = within(parts.hot, hotFromMs, segment.from_ms)
    if (early.atMs.length > 0) yield { sensorId, ...early }
    const both = merged(decodeReadings(segment), within(parts.hot, segment.from_ms, segment.to_ms))
    const inside = within(both, fromMs, toMs)
    if (inside.atMs.length > 0) yield { sensorId, ...inside }
    hotFromMs = segment.to_ms
  }
  const late = within(parts.hot, hotFromMs, toMs)
  if (late.atMs.length > 0) yield { sensorId, ...late }
}

/** Days in time order: sealed ones as they stand, those with hot rows counted again. Pure. */
function daysIn(parts: StoredParts | undefined, startsMs: Float64Array, counting: Counting | undefined): Day[] {
  if (!parts) return []
  const days: Day[] = []
  const replacedAtMs = counting?.replacements.map(({ atMs }) => atMs)
  const addCounted = (readings: Columns, fromMs: number, toMs: number): void => {
    const steps = replacedAtMs ? stepsOf(readings, replacedAtMs) : null
    days.push({ fromMs, steps, ...figuresOfDay(readings, fromMs, toMs) })
  }
  let hotFromMs = Number.NEGATIVE_INFINITY
  const addHot = (hot: Columns, atLeastMs: number, atMostMs: number): void => {
    for (let rest = hot; rest.atMs.length > 0; ) {
      const index = dayIndexOf(startsMs, rest.atMs[0] as number)
      // A day that begins within one sealed under another time zone begins where that one ends.
      const fromMs = Math.max(startsMs[index] as number, atLeastMs)
      const toMs = Math.min(startsMs[index + 1] as number, atMostMs)
      addCounted(within(rest, fromMs, toMs), fromMs, toMs)
      rest = within(rest, toMs, Number.POSITIVE_INFINITY)
    }
  }
  for (const segment of parts.segments) {
    const { from_ms: fromMs, to_ms: toMs } = segment
    addHot(within(parts.hot, hotFromMs, fromMs), hotFromMs, fromMs)
    const hot = within(parts.hot, fromMs, toMs)
    // Of a day whose readings were dropped the figures are all there is.
    if (hot.atMs.length === 0 || segment.step_ms === null)
      days.push({ fromMs, steps: decodeSteps(segment), ...decodeFigures(segment) })
    else addCounted(merged(decodeReadings(segment), hot), fromMs, toMs)
    hotFromMs = toMs
  }
  addHot(within(parts.hot, hotFromMs, Number.POSITIVE_INFINITY), hotFromMs, Number.POSITIVE_INFINITY)
  return days
}

/**
 * Adds to the rises of a counter's days what falls and replacements within them mean, and what rose between two days: to
 * the later one, and to its first hour with a good reading.
 */
function addSteps(days: Day[], counting: Counting, earlier: Good | undefined): void {
  let before = earlier
  for (const { fromMs, day, hours, steps } of days) {
    if (steps === null) continue
    const add = (atMs: number, rose: number): void => {
      day.increase += rose
      const hour = hours[Math.floor((atMs - fromMs) / hourMs)]
      if (hour) hour.increase += rose
    }
    for (const step of steps.steps) add(step.after.atMs, correctionOf(counting, step))
    const first = { atMs: steps.firstGoodMs, value: day.first }
    if (before) add(first.atMs, counterStep(counting, before, first))
    before = { atMs: steps.lastGoodMs, value: day.last }
  }
}
