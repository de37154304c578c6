import { type Kysely, sql } from 'kysely'
import type { SensorType } from '@plenum/contract'
import type { Clock, Log, Tables } from '#platform'
import { timestamptzArray } from './binary-array.ts'
import { dateOfDay, dayIndexOf, type DaysOf } from './local-days.ts'
import { createRetention, type Expired } from './retention.ts'
import { defaultRetention, type Expiry, planRetention } from './retention-plan.ts'
import { rewriteDays } from './rewrite-days.ts'
import { isCounter } from './seal.ts'
import { sealStore } from './seal-store.ts'
import type { SensorDay } from './segment-codec.ts'
import type { StorageEngine } from './storage-engine.ts'
import { timescaleStore } from './timescale-store.ts'

/** Sensor-days of one transaction. */
const daysPerStep = 64

/**
 * Rows that expire become segments first, and from there on go the way of the native engine: readings are dropped, the
 * figures of hours and days stay.
 */
export function createTimescaleRetention(options: {
  db: Kysely<Tables>
  daysOf: DaysOf
  clock: Clock
  log: Log
}): StorageEngine['retention'] {
  const { db, daysOf, clock, log } = options
  const native = createRetention(options)
  const rawExpiries = () => planRetention(defaultRetention, clock.now()).filter(({ stage }) => stage === 'raw')

  /** Where the last local day that ended at or before an instant ends. */
  const cutOf = async (timezone: string, beforeMs: number) => {
    const { startsMs } = await daysOf(timezone, clock.now())
    const index = dayIndexOf(startsMs, beforeMs)
    return { startsMs: startsMs.subarray(0, index + 1), cutMs: startsMs[index] as number }
  }

  const dueDays = async (
    sensorType: SensorType,
    timezone: string,
    beforeMs: number,
  ): Promise<(SensorDay & { readings: number })[]> => {
    const { startsMs, cutMs } = await cutOf(timezone, beforeMs)
    const { rows } = await sql<{ id: number; index: number; readings: number }>`
      select r.sensor_id as id, width_bucket(r.at, ${timestamptzArray(Array.from(startsMs))}::timestamptz[]) - 1 as index,
             count(*) as readings
      from reading r join sensor s on s.id = r.sensor_id join building b on b.id = s.building_id
      where s.sensor_type = ${sensorType} and b.timezone = ${timezone} and r.at < ${new Date(cutMs)}
        and not exists (select from segment g
                        where g.sensor_id = r.sensor_id and g.from_at <= r.at and g.to_at > r.at and g.step_ms is null)
      group by 1, 2 order by 2, 1`.execute(db)
    return rows.map(({ id, index, readings }) => ({
      sensorId: id,
      day: dateOfDay(index),
      fromMs: startsMs[index] as number,
      toMs: startsMs[index + 1] as number,
      counter: isCounter(sensorType),
      readings,
    }))
  }

  const due = async ({ sensorType, beforeMs }: Expiry) => {
    const days = await Promise.all((await sealStore.timezones(db)).map((zone) => dueDays(sensorType, zone, beforeMs)))
    return days.flat()
  }

  const pack = async (days: readonly SensorDay[]): Promise<void> =>
    db.transaction().execute(async (tx) => {
      await sealStore.lock(tx, [...new Set(days.map(({ sensorId }) => sensorId))])
      await rewriteDays(tx, days)
      await timescaleStore.dropQuarters(tx, days)
    })

  const dropEmptied = async (): Promise<void> => {
    const beforeMs = Math.max(...rawExpiries().map((expiry) => expiry.beforeMs))
    for (const chunk of await timescaleStore.chunksBefore(db, beforeMs)) {
      try {
        await timescaleStore.dropIfEmpty(db, chunk)
      } catch (error) {
        log.info({ err: error, chunk }, 'an emptied chunk stays until later')
      }
    }
  }

  return {
    async wouldDrop() {
      const found = await native.wouldDrop()
      for (const expiry of rawExpiries()) {
        const days = await due(expiry)
        if (days.length === 0) continue
        const readings = days.reduce((sum, day) => sum + day.readings, 0)
        const same = found.find(({ sensorType, stage }) => sensorType === expiry.sensorType && stage === 'raw')
        if (same) Object.assign(same, { days: same.days + days.length, readings: same.readings + readings })
        else found.push({ ...expiry, days: days.length, readings } satisfies Expired)
      }
      return found
    },

    async dropExpired() {
      for (const expiry of rawExpiries()) {
        const days = await due(expiry)
        for (let i = 0; i < days.length; i += daysPerStep) await pack(days.slice(i, i + daysPerStep))
      }
      const dropped = await native.dropExpired()
      await dropEmptied()
      return dropped
    },
  }
}
