import type { Kysely } from 'kysely'
import type { Tables } from '#platform'
import { merged, within } from './columns.ts'
import { readGoodBefore } from './counter-store.ts'
import { replacementStore } from './replacement-store.ts'
import { createRollups, type ReadDays } from './rollups.ts'
import { decodeReadings } from './segment-codec.ts'
import { readParts, type StoredParts } from './segment-store.ts'
import type { ReadingChunk, StoredReadings } from './stored-readings.ts'

const dayMs = 86_400_000
/** Sensor-days of one query of a scan: half a megabyte of minutes, and still few queries. */
const daysPerQuery = 32

/** Answers from days and readings, however they are stored. */
export function createStored(db: Kysely<Tables>, readDays: ReadDays): StoredReadings {
  return {
    lastGoodBefore: (query) => readGoodBefore(db, query),

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

    rollups: createRollups(db, readDays),
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
