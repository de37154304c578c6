import type { Kysely } from 'kysely'
import type { Tables } from '#platform'
import { type Counter, readCounters } from './counter-store.ts'
import { daysIn } from './day-figures.ts'
import { type FigureColumns, inOrder } from './figure-columns.ts'
import { readFigures } from './figure-store.ts'
import { addShares, addSteps, type SensorDays } from './linked-days.ts'
import type { DaysOf } from './local-days.ts'
import { longestDayMs, type PartsQuery } from './segment-store.ts'
import type { StoredReadings } from './stored-readings.ts'

/**
 * Days of sensors that are asked for, each by itself, and those before the range that may reach into it.
 * @param counters of the sensors; asked for at the same time
 */
export type ReadDays = (
  query: PartsQuery,
  unit: 'hour' | 'day',
  counters: Promise<ReadonlyMap<number, Counter>>,
) => Promise<Map<number, SensorDays>>

/** Beyond that many, a second connection saves more time than another plan costs. */
const sensorDaysAlone = 2_000

/** From sealed days and hot rows together. @param daysOf where local days begin */
export const createReadDays =
  (db: Kysely<Tables>, daysOf: DaysOf): ReadDays =>
  async (query, unit, asked) => {
    const toMs = query.toMs + longestDayMs
    const bySensor = new Map<number, SensorDays>()
    const read = async (sensorIds: readonly number[]): Promise<void> => {
      const parts = await readFigures(db, { ...query, sensorIds, toMs }, unit)
      const counters = await asked
      for (const [id, { timezone, ...part }] of parts) {
        const { startsMs } = await daysOf(timezone, toMs)
        const days = daysIn(part, startsMs, counters.get(id), unit)
        // A day that began before what was read may have late readings there: nothing may be counted from it.
        const readFromMs = query.fromMs - longestDayMs - (days.holdMs ?? 0)
        bySensor.set(id, { ...days, linked: days.linked.filter(({ fromMs }) => fromMs >= readFromMs) })
      }
    }
    const { sensorIds } = query
    const isLong = (sensorIds.length * (toMs - query.fromMs)) / longestDayMs > sensorDaysAlone
    if (!isLong) {
      await Promise.all([read(sensorIds), asked])
      return bySensor
    }
    // Every other one, as sensors of a kind, which cost alike, often follow each other.
    const half = (which: number) => sensorIds.filter((_, i) => i % 2 === which)
    // The second half on the connection that counters were asked on.
    await Promise.all([read(half(0)), asked.then(() => read(half(1)))])
    return bySensor
  }

/** Hours and days, however they are stored. */
export const createRollups =
  (db: Kysely<Tables>, readDays: ReadDays): StoredReadings['rollups'] =>
  async ({ unit, ...query }) => {
    const asked = readCounters(db, query)
    const [counters, daysBySensor] = await Promise.all([asked, readDays(query, unit, asked)])
    const bySensor = new Map<number, FigureColumns>()
    for (const [id, days] of daysBySensor) {
      const counter = counters.get(id)
      if (counter) addSteps(days, counter, counter.earlier)
      else days.columns.increase.fill(Number.NaN)
      if (days.holdMs !== undefined) addShares(days, days.holdMs)
      bySensor.set(id, days.columns)
    }
    return inOrder(bySensor, query.fromMs, query.toMs)
  }
