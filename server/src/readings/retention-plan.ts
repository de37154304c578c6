import {
  presenceTypes,
  type RetentionPeriod,
  type RetentionPeriods,
  type RetentionStage,
  type SensorType,
  sensorTypes,
} from '@plenum/contract'

/** Figures first, since their days go whole, readings included. */
export const stages = ['rollup', 'raw'] as const satisfies readonly RetentionStage[]

/** Whatever ended at or before an instant is too old; null: nothing ever is. */
export type CutOff = { sensorType: SensorType } & Record<RetentionStage, number | null>

const dayMs = 86_400_000
/** The calendar repeats after that many months. */
const cycleMonths = 4_800

const ordinary: RetentionPeriods = { raw: { months: 13 }, rollup: { months: 60 } }
/** Where people are is nobody's business for long; how many there were in an hour is planning. */
const personal: RetentionPeriods = { raw: { days: 30 }, rollup: { months: 60 } }

export const defaultRetention = Object.fromEntries(
  sensorTypes.map((type) => [type, presenceTypes.includes(type) ? personal : ordinary]),
) as Record<SensorType, RetentionPeriods>

/** Pure. */
export const cutOffsOf = (
  kinds: readonly { sensorType: SensorType; periods: RetentionPeriods }[],
  nowMs: number,
): CutOff[] =>
  kinds.map(({ sensorType, periods }) => ({
    sensorType,
    raw: startOfKept(periods.raw, nowMs),
    rollup: startOfKept(periods.rollup, nowMs),
  }))

/**
 * A period back from an instant. Calendar months are counted in UTC, and the 31st of a shorter month is its last day;
 * a day is 24 hours. Pure.
 */
export function startOfKept(period: RetentionPeriod, nowMs: number): number | null {
  if (period === 'for_ever') return null
  if ('days' in period) return nowMs - period.days * dayMs
  const date = new Date(nowMs)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() - period.months)
  date.setUTCDate(Math.min(day, monthDays(date.getUTCFullYear(), date.getUTCMonth())))
  return date.getTime()
}

const monthDays = (year: number, month: number): number => new Date(Date.UTC(year, month + 1, 0)).getUTCDate()

/** Whether one period is never shorter than another, whatever the date. Pure. */
export function isNeverShorter(period: RetentionPeriod, than: RetentionPeriod): boolean {
  if (period === 'for_ever') return true
  if (than === 'for_ever') return false
  if ('months' in period && 'months' in than) return period.months >= than.months
  return daysIn(period).least >= daysIn(than).most
}

/** Days that a period may come to, over all dates it can be counted back from. */
function daysIn(period: Exclude<RetentionPeriod, 'for_ever'>): { least: number; most: number } {
  if ('days' in period) return { least: period.days, most: period.days }
  let [least, most] = [Number.POSITIVE_INFINITY, 0]
  for (let month = 0; month < cycleMonths; month++) {
    const days = (Date.UTC(2000, month) - Date.UTC(2000, month - period.months)) / dayMs
    // From the 31st back to the last day of a shorter month it is longer than from the 1st to the 1st.
    const more = Math.max(0, monthDays(2000, month) - monthDays(2000, month - period.months))
    least = Math.min(least, days)
    most = Math.max(most, days + more)
  }
  return { least, most }
}

/** As people say it. */
export function describePeriod(period: RetentionPeriod): string {
  if (period === 'for_ever') return 'for ever'
  const [count, unit] = 'days' in period ? [period.days, 'day'] : [period.months, 'month']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
