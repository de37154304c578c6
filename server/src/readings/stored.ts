import type { Kysely } from 'kysely'
import type { Tables } from '#platform'
import { merged, within } from './columns.ts'
import { readGoodBefore } from './counter-store.ts'
import { createDayMemory } from './day-memory.ts'
import { type ReadingParts, readReadings } from './reading-parts.ts'
import { replacementStore } from './replacement-store.ts'
import { createRollups, type ReadDays } from './rollups.ts'
import { longestDayMs } from './segment-store.ts'
import type { ReadingChunk, StoredReadings } from './stored-readings.ts'

const dayMs = 86_400_000
/** Sensor-days of one query of a scan: half a megabyte of minutes, and still few queries. */
const daysPerQuery = 32

/** Answers from days and readings, however they are stored. */
export function createStored(db: Kysely<Tables>, readDays: ReadDays): StoredReadings {
  const memory = createDayMemory()

  return {
    lastGoodBefore: (query) => readGoodBefore(db, query),

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

    rollups: createRollups(db, readDays),
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
