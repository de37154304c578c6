import type { Kysely } from 'kysely'
import type { Clock, Tables } from '#platform'
import type { Batch } from './batch.ts'
import { sealStore } from './seal-store.ts'
import type { StorageEngine } from './storage-engine.ts'
import type { ReadingChunk } from './stored-readings.ts'

/** Readings of one batch. */
const readingsPerStep = 5_000
/** Batches at a time: while one is made here, the database writes the other. */
const lanes = 2

/** Bulk load where every reading is a row, of a closed day or not: batches as ingest writes them. */
export function createRowLoad(options: {
  db: Kysely<Tables>
  clock: Clock
  add(batch: Batch, nowMs: number): Promise<unknown>
}): StorageEngine['loadClosedDays'] {
  const { db, clock, add } = options
  return async (chunks) => {
    const ids = chunks.map(({ sensorId }) => sensorId)
    const known = new Set((await sealStore.sensors(db, ids)).map(({ id }) => id))
    if (new Set(ids).size < ids.length) throw new RangeError('a sensor is in two chunks')
    for (const { sensorId, values } of chunks) {
      if (!known.has(sensorId)) throw new RangeError(`there is no sensor ${sensorId}`)
      if (!values.every(Number.isFinite)) throw new RangeError(`a value of sensor ${sensorId} is not finite`)
    }
    const nowMs = clock.now()
    const steps = stepsOf(chunks)
    const lane = async (): Promise<void> => {
      for (let step = steps.next(); !step.done; step = steps.next()) await add(step.value, nowMs)
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    return { loaded: chunks.reduce((sum, { atMs }) => sum + atMs.length, 0), tooYoung: [] }
  }
}

function* stepsOf(chunks: readonly ReadingChunk[]): Generator<Batch> {
  for (const { sensorId, atMs, values, qualities } of chunks)
    for (let from = 0; from < atMs.length; from += readingsPerStep) {
      const part = [from, from + readingsPerStep] as const
      const times = Array.from(atMs.subarray(...part))
      yield {
        sensorIds: times.map(() => sensorId),
        atMs: times,
        values: Array.from(values.subarray(...part)),
        qualities: Array.from(qualities.subarray(...part)),
      }
    }
}
