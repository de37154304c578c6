import { type SensorType, sensorKinds } from '@plenum/contract'
import type { Kysely } from 'kysely'
import type { Clock, Log, Metrics, Tables } from '#platform'
import { type ClosedDay, closedDays, graceMs } from './closed-days.ts'
import type { DaysOf } from './local-days.ts'
import { rewriteDays } from './rewrite-days.ts'
import { type SensorOfZone, sealStore } from './seal-store.ts'

const hourMs = 3_600_000
/** Sensor-days of one transaction: a hundred thousand readings, a tenth of a second. */
const sensorsPerStep = 64
/** Transactions at a time: while one encodes, the database works for the other. */
const lanes = 2
/** A partition is dropped once it was seen empty for this long: who still reads it has read it by then. */
const emptyForMs = 60_000

export const isCounter = (sensorType: SensorType): boolean => sensorKinds[sensorType].behaviour === 'counter'

/** Turns hot rows of closed days into segments. Any number of workers may do so at once. */
export function createSealing(options: {
  db: Kysely<Tables>
  daysOf: DaysOf
  clock: Clock
  log: Log
  metrics: Metrics
  /** After each commit that sealed some. */
  onSealed(): void
}) {
  const { db, daysOf, clock, log, metrics, onSealed } = options
  const sealed = metrics.counter('plenum_sealed_readings_total', 'Readings moved from hot rows into segments')
  const seconds = metrics.counter('plenum_sealing_seconds_total', 'Time spent sealing')
  let waiting = 0
  let oldestMs: number | null = null
  metrics.gauge('plenum_seal_days_waiting', 'Closed days with hot rows when sealing last began', () => waiting)
  metrics.gauge('plenum_seal_lag_seconds', 'Age of the end of the oldest closed day not sealed yet', () =>
    oldestMs === null ? 0 : Math.max(0, (clock.now() - oldestMs) / 1_000),
  )

  /** One transaction. */
  const sealSensors = async (day: ClosedDay, due: SensorOfZone[], total: { readings: number }): Promise<void> => {
    if (due.length === 0) return
    const { sealed: readings, expired } = await db.transaction().execute(async (tx) => {
      const free = await sealStore.lockFree(
        tx,
        due.map(({ id }) => id),
      )
      const mine = due.filter(({ id }) => free.has(id))
      return rewriteDays(
        tx,
        mine.map(({ id, sensor_type }) => ({ ...day, sensorId: id, counter: isCounter(sensor_type) })),
      )
    })
    onSealed()
    sealed.inc(readings)
    total.readings += readings
    if (expired > 0) log.warn({ day: day.day, expired }, 'late readings of days whose readings were dropped are gone')
  }

  /** @returns the last sensor looked at, null when there is none left */
  const sealSome = async (day: ClosedDay, after: number, total: { readings: number }): Promise<number | null> => {
    const limit = sensorsPerStep * lanes
    const due = await sealStore.unsealed(db, { ...day, after, limit })
    const share = Math.ceil(due.length / lanes)
    const shares = Array.from({ length: lanes }, (_, lane) => due.slice(lane * share, (lane + 1) * share))
    await Promise.all(shares.map((some) => sealSensors(day, some, total)))
    return due.length < limit ? null : (due.at(-1)?.id ?? null)
  }

  const emptySince = new Map<number, number>()
  const dropEmptied = async (): Promise<void> => {
    const nowMs = clock.now()
    for (const span of await sealStore.partitions(db)) {
      const over = span.toMs + 26 * hourMs + graceMs < nowMs
      if (!over || !(await sealStore.isEmpty(db, span))) {
        emptySince.delete(span.fromMs)
        continue
      }
      const since = emptySince.get(span.fromMs)
      if (since === undefined) emptySince.set(span.fromMs, nowMs)
      else if (nowMs - since >= emptyForMs) {
        try {
          if (await sealStore.dropIfEmpty(db, span)) emptySince.delete(span.fromMs)
        } catch (error) {
          log.info({ err: error }, 'an emptied partition stays until later')
        }
      }
    }
  }

  return {
    /**
     * Seals closed days, the oldest first, a few hundred sensors a transaction.
     * @param forMs stops after that long; what is left is for the next time
     */
    async sealClosedDays(forMs = Number.POSITIVE_INFINITY): Promise<{ readings: number }> {
      const startedMs = performance.now()
      const total = { readings: 0 }
      const days = await closedDays(db, daysOf, clock.now())
      waiting = 0
      oldestMs = null
      const late = () => performance.now() - startedMs > forMs
      try {
        for (const day of days) {
          for (let after: number | null = 0; after !== null && !late(); ) after = await sealSome(day, after, total)
          if (!late()) continue
          waiting++
          oldestMs ??= day.toMs
        }
        await dropEmptied()
      } finally {
        seconds.inc((performance.now() - startedMs) / 1_000)
      }
      if (total.readings > 0) log.debug({ ...total, ms: performance.now() - startedMs }, 'closed days sealed')
      return total
    },
  }
}
