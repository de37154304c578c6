import type { Kysely } from 'kysely'
import type { Tables } from '#platform'
import { dateOfDay, dayIndexOf, type DaysOf } from './local-days.ts'
import type { Span } from './partitions.ts'
import { hourMs } from './rollup.ts'
import { sealStore } from './seal-store.ts'

/** A day is sealed that long after its midnight, so that what comes a little late is not late. */
export const graceMs = 2 * hourMs

/** Whether a day that ends at `toMs` may be sealed. */
export const isSealable = (toMs: number, nowMs: number): boolean => toMs <= nowMs - graceMs

/** A closed local day of a time zone. */
export interface ClosedDay extends Span {
  timezone: string
  day: string
}

/** Closed days that a partition reaches into, the oldest first. */
export async function closedDays(db: Kysely<Tables>, daysOf: DaysOf, nowMs: number): Promise<ClosedDay[]> {
  const [timezones, partitions] = await Promise.all([sealStore.timezones(db), sealStore.partitions(db)])
  const found = new Map<string, ClosedDay>()
  for (const timezone of timezones) {
    const { startsMs } = await daysOf(timezone, nowMs)
    for (const { fromMs, toMs } of partitions) {
      for (let index = dayIndexOf(startsMs, fromMs); ; index++) {
        const day = {
          timezone,
          day: dateOfDay(index),
          fromMs: startsMs[index] as number,
          toMs: startsMs[index + 1] as number,
        }
        if (day.fromMs >= toMs || !isSealable(day.toMs, nowMs)) break
        if (day.fromMs < day.toMs) found.set(`${timezone} ${index}`, day)
      }
    }
  }
  return [...found.values()].sort((a, b) => a.toMs - b.toMs)
}
