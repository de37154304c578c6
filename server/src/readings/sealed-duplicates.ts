import type { Kysely } from 'kysely'
import type { Tables } from '#platform'
import { type Batch, emptyBatch } from './batch.ts'
import { firstAt } from './columns.ts'
import { decodeReadings } from './segment-codec.ts'
import { newestSealedEnds, type PartsQuery, readParts, type StoredParts } from './segment-store.ts'

/** No day is sealed sooner than this after its end: what is younger is not looked up. */
const youngestSealedMs = 2 * 3_600_000
/** Late readings that far apart are looked up as ranges of their own. */
const longGapMs = 2 * 86_400_000

/**
 * Where a sensor's newest sealed day ends is remembered that long: only so late is it noticed that another instance
 * sealed one. What is sent again in between counts as stored, and is folded into its day like any late reading.
 */
const rememberMs = 1_000
/** Sensors remembered; when there are more, all are forgotten. */
const sensorsRemembered = 200_000

/** Knows which late readings stand in a segment already. */
export function createSealedDuplicates(db: Kysely<Tables>) {
  /** Ends of newest sealed days by sensor, as they were at `asOfMs` or later. */
  let ends = new Map<number, number>()
  let asOfMs = Number.NEGATIVE_INFINITY

  /** Ends of the newest sealed days of sensors that have readings before an instant. */
  const sealedEnds = async ({ sensorIds, atMs }: Batch, beforeMs: number, nowMs: number) => {
    if (nowMs - asOfMs > rememberMs || nowMs < asOfMs || ends.size > sensorsRemembered) {
      ends = new Map()
      asOfMs = nowMs
    }
    // If all is forgotten while a query runs, its answer goes too.
    const remembered = ends
    const asked = new Set<number>()
    for (let i = 0; i < sensorIds.length; i++) {
      if ((atMs[i] as number) < beforeMs && !remembered.has(sensorIds[i] as number)) asked.add(sensorIds[i] as number)
    }
    if (asked.size > 0) {
      for (const [id, endMs] of await newestSealedEnds(db, [...asked])) remembered.set(id, endMs)
    }
    return remembered
  }

  return {
    /**
     * What of a batch is to be written as hot rows: all but readings that stand in a segment with the same value and
     * have not been changed since. Those add nothing. Costs nothing for readings that are on time, and little for
     * those that are late but newer than what is sealed of their sensor.
     */
    async without(batch: Batch, nowMs: number): Promise<Batch> {
      const beforeMs = nowMs - youngestSealedMs
      if (!batch.atMs.some((ms) => ms < beforeMs)) return batch
      const ranges = sealedRanges(batch, await sealedEnds(batch, beforeMs, nowMs))
      return ranges.length === 0 ? batch : withoutThose(batch, await valuesIn(db, ranges))
    },

    /** Days were sealed. */
    forget(): void {
      ends = new Map()
    },
  }
}

/** Values as sealed, by sensor and instant, as long as nothing newer is known. */
async function valuesIn(db: Kysely<Tables>, ranges: readonly PartsQuery[]): Promise<Map<number, Map<number, number>>> {
  const sealed = new Map<number, Map<number, number>>()
  for (const range of ranges) {
    for (const [id, parts] of await readParts(db, range)) {
      let known = sealed.get(id)
      if (!known) sealed.set(id, (known = new Map()))
      note(known, parts)
    }
  }
  return sealed
}

/** All of a batch but readings whose value is known, by sensor and instant. Pure but for `sealed`, which it uses up. */
export function withoutThose(batch: Batch, sealed: ReadonlyMap<number, Map<number, number>>): Batch {
  if ([...sealed.values()].every(({ size }) => size === 0)) return batch
  const kept = emptyBatch()
  for (let i = 0; i < batch.sensorIds.length; i++) {
    const [id, atMs, value] = [batch.sensorIds[i] as number, batch.atMs[i] as number, batch.values[i] as number]
    const known = sealed.get(id)
    if (known?.get(atMs) === value) continue
    // From here on the batch itself holds the newer value of this instant.
    known?.delete(atMs)
    kept.sensorIds.push(id)
    kept.atMs.push(atMs)
    kept.values.push(value)
    kept.qualities.push(batch.qualities[i] as number)
  }
  return kept
}

function note(known: Map<number, number>, { segments, hot }: StoredParts): void {
  for (const segment of segments) {
    const { atMs, values } = decodeReadings(segment)
    for (let i = 0; i < atMs.length; i++) known.set(atMs[i] as number, values[i] as number)
  }
  // A hot row over a sealed reading has replaced it; the statement that writes compares with it.
  for (const atMs of hot.atMs) known.delete(atMs)
}

/** Spans that hold every reading before its sensor's newest sealed end, each with the sensors that have some. Pure. */
export function sealedRanges({ sensorIds, atMs }: Batch, endsMs: ReadonlyMap<number, number>): PartsQuery[] {
  const isLate = (i: number) => (atMs[i] as number) < (endsMs.get(sensorIds[i] as number) ?? Number.NEGATIVE_INFINITY)
  const late: Float64Array = Float64Array.from(atMs.filter((_, i) => isLate(i))).sort()
  const ranges: PartsQuery[] = []
  for (let from = 0; from < late.length; ) {
    let to = from + 1
    while (to < late.length && (late[to] as number) - (late[to - 1] as number) < longGapMs) to++
    const [fromMs, toMs] = [late[from] as number, (late[to - 1] as number) + 1]
    const ids = new Set(sensorIds.filter((_, i) => (atMs[i] as number) >= fromMs && (atMs[i] as number) < toMs))
    ranges.push({ sensorIds: [...ids], fromMs, toMs })
    from = firstAt(late, toMs)
  }
  return ranges
}
