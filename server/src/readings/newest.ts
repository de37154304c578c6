import type { Batch } from './batch.ts'

/**
 * Sensors whose newest instant is remembered. When there are more, all are forgotten: a sensor that is not known is
 * taken to be new, and where that is wrong, the database says so.
 */
const sensorsRemembered = 500_000

/** The newest instant of every sensor that this process has tried to write. */
export function createNewest(limit = sensorsRemembered) {
  const newestMs = new Map<number, number>()

  return {
    /**
     * Whether all of a batch is newer than anything tried before, and so most probably not in the table; from now on
     * it has been tried. Of two batches with the same reading, only one is ever told that it is new. A batch that
     * names an identity twice, or a sensor's readings from the newest back, is not new either: it is only slower.
     */
    claim({ sensorIds, atMs }: Batch): boolean {
      if (newestMs.size > limit) newestMs.clear()
      let isNew = true
      for (let i = 0; i < sensorIds.length; i++) {
        const sensorId = sensorIds[i] as number
        const at = atMs[i] as number
        const newest = newestMs.get(sensorId)
        if (newest !== undefined && at <= newest) isNew = false
        else newestMs.set(sensorId, at)
      }
      return isNew
    },

    /** Notes what was stored another way. @returns whether it may be the newest that is stored of the sensor */
    note(sensorId: number, atMs: number): boolean {
      if ((newestMs.get(sensorId) ?? Number.NEGATIVE_INFINITY) > atMs) return false
      newestMs.set(sensorId, atMs)
      return true
    },
  }
}
