import { type SensorType, sensorTypes } from '@plenum/contract'

/** Readings themselves, and the figures of hours and days. */
export type Stage = 'raw' | 'rollup'

/** Months that something is kept, or days. */
export interface KeptFor {
  months?: number
  days?: number
}

export type Retention = Record<SensorType, Record<Stage, KeptFor>>

const ordinary = { raw: { months: 13 }, rollup: { months: 60 } }
/** Where people are is nobody's business for long; how many there were in an hour is planning. */
const personal = { raw: { days: 30 }, rollup: { months: 60 } }

export const defaultRetention: Retention = Object.fromEntries(
  sensorTypes.map((type) => [type, type === 'motion' || type === 'occupancy' ? personal : ordinary]),
) as Retention

/** What of a kind is to go: all days that ended at or before an instant. */
export interface Expiry {
  sensorType: SensorType
  stage: Stage
  beforeMs: number
}

/** Figures first, since their days go whole, readings included. Pure. */
export function planRetention(retention: Retention, nowMs: number): Expiry[] {
  return (['rollup', 'raw'] as const).flatMap((stage) =>
    sensorTypes.map((sensorType) => ({
      sensorType,
      stage,
      beforeMs: expiredBefore(retention[sensorType][stage], nowMs),
    })),
  )
}

/** Calendar months back in UTC; the 31st of a shorter month is its last day. */
function expiredBefore({ months = 0, days = 0 }: KeptFor, nowMs: number): number {
  const date = new Date(nowMs - days * 86_400_000)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() - months)
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, lastDay))
  return date.getTime()
}
