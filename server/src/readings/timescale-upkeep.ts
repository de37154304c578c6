import type { Kysely } from 'kysely'
import type { Clock, Log, Tables } from '#platform'
import { hourMs } from './rollup.ts'
import { isSealable } from './closed-days.ts'
import { timescaleStore } from './timescale-store.ts'

const dayMs = 24 * hourMs
const quarterMs = hourMs / 4
/** Readings of one refresh: about a second. */
const readingsPerStep = 500_000

/** How much time one refresh covers, so that it ends well before a statement's time is up. Pure. */
export function refreshStepMs(sensors: number): number {
  const minutes = readingsPerStep / Math.max(1, sensors)
  return Math.min(dayMs, Math.max(quarterMs, Math.floor((minutes * 60_000) / quarterMs) * quarterMs))
}

/** The last UTC midnight whose day may be closed by now. Pure. */
export function lineOf(nowMs: number): number {
  const midnightMs = Math.floor(nowMs / dayMs) * dayMs
  return isSealable(midnightMs, nowMs) ? midnightMs : midnightMs - dayMs
}

/**
 * Materialises the figures of closed days, brings stale ones up to date, and compresses. By this job and not by policies
 * of the extension: those go by the database's clock, know nothing of stale days, and fail where nobody looks.
 * @returns what `sealClosedDays` of an engine is
 */
export function createTimescaleUpkeep(options: {
  db: Kysely<Tables>
  clock: Clock
  log: Log
  /** After each chunk. */
  onCompressed(): void
}) {
  const { db, clock, log } = options

  const upkeep = async (forMs: number): Promise<void> => {
    const startedMs = performance.now()
    const late = () => performance.now() - startedMs > forMs
    const stepMs = refreshStepMs(await timescaleStore.sensorCount(db))
    const { untilMs, doneMs, generation } = await timescaleStore.moveLine(db, lineOf(clock.now()))

    const refresh = async (fromMs: number, toMs: number, after?: (ms: number) => Promise<void>): Promise<void> => {
      for (let ms = fromMs; ms < toMs && !late(); ms += stepMs) {
        const endMs = Math.min(toMs, ms + stepMs)
        await timescaleStore.refresh(db, { fromMs: ms, toMs: endMs })
        await after?.(endMs)
      }
    }

    const expired = await timescaleStore.dropLateForExpired(db, generation)
    if (expired > 0) log.warn({ expired }, 'late readings of days whose readings were dropped are gone')
    // In time order and without a gap: what is after the newest figure is counted from rows, what is before it is not.
    for (let next = doneMs; !late(); ) {
      const chunk = await timescaleStore.nextChunk(db, next)
      if (!chunk || Math.max(chunk.fromMs, next) >= untilMs) break
      const toMs = Math.min(untilMs, chunk.toMs)
      await refresh(Math.max(chunk.fromMs, next), toMs, (ms) => timescaleStore.noteDone(db, ms))
      next = toMs
    }
    for (const ms of await timescaleStore.staleDays(db, generation)) {
      await refresh(ms, ms + dayMs)
      if (late()) return
      await timescaleStore.clearStale(db, ms, generation)
    }
    for (const chunk of await timescaleStore.uncompressed(db, untilMs)) {
      if (late()) return
      try {
        await timescaleStore.compress(db, chunk)
        options.onCompressed()
      } catch (error) {
        log.info({ err: error, chunk }, 'a chunk stays uncompressed until later')
      }
    }
  }

  return (forMs = Number.POSITIVE_INFINITY): Promise<void> => timescaleStore.alone(db, 'skip', () => upkeep(forMs))
}
