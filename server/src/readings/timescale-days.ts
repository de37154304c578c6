import type { Kysely } from 'kysely'
import type { Tables } from '#platform'
import { dayIndexOf, type DaysOf } from './local-days.ts'
import { type Figures, hourMs, rise } from './rollup.ts'
import { isCounter } from './seal.ts'
import type { SensorOfZone } from './seal-store.ts'
import { sealStore } from './seal-store.ts'
import { decodeFigures } from './segment-codec.ts'
import type { SegmentRow } from './segment-row.ts'
import { readSegments } from './segment-store.ts'
import type { Day, ReadDays } from './stored.ts'
import { type Buckets, readBuckets } from './timescale-figures.ts'

/** Days from quarter hours, and those of which retention has left only figures. @param daysOf where local days begin */
export function createTimescaleDays(db: Kysely<Tables>, daysOf: DaysOf): ReadDays {
  return async (query, unit) => {
    const sensors = await sealStore.sensors(db, query.sensorIds)
    const found = new Map<SensorOfZone, Day[]>()
    for (const [timezone, some] of Map.groupBy(sensors, (sensor) => sensor.timezone)) {
      const { startsMs } = await daysOf(timezone, query.toMs)
      const days = startsMs.subarray(dayIndexOf(startsMs, query.fromMs), dayIndexOf(startsMs, query.toMs) + 2)
      for (const group of Map.groupBy(some, (sensor) => isCounter(sensor.sensor_type)).values()) {
        const bucketsMs = unit === 'day' ? days : hoursOf(days)
        const counters = isCounter((group[0] as SensorOfZone).sensor_type)
        const asked = { sensorIds: group.map(({ id }) => id), bucketsMs, counters, signal: query.signal }
        const buckets = await readBuckets(db, asked)
        for (const sensor of group) found.set(sensor, daysFrom(buckets.get(sensor.id), days, unit))
      }
    }
    // After the quarter hours: a day that expires meanwhile is seen in both, never in neither.
    const left = await readSegments(db, query)
    for (const [sensor, days] of found) {
      const all = withSegments(days, left.get(sensor.id) ?? [])
      if (all.length > 0) found.set(sensor, all)
      else found.delete(sensor)
    }
    return found
  }
}

/** Starts of the hours of days that follow on one another, counted from each midnight, and the end of the last. Pure. */
export function hoursOf(daysMs: Float64Array): Float64Array {
  const hours: number[] = []
  for (let i = 0; i + 1 < daysMs.length; i++)
    for (let ms = daysMs[i] as number; ms < (daysMs[i + 1] as number); ms += hourMs) hours.push(ms)
  return Float64Array.from([...hours, daysMs.at(-1) as number])
}

/** Pure. */
function daysFrom(buckets: Buckets | undefined, daysMs: Float64Array, unit: 'hour' | 'day'): Day[] {
  if (!buckets) return []
  if (unit === 'day') return [...buckets].map(([fromMs, day]) => ({ fromMs, day, hours: [] }))
  const byDay = Map.groupBy(buckets, ([ms]) => daysMs[dayIndexOf(daysMs, ms)] as number)
  return [...byDay].map(([fromMs, some]) => dayOfHours(fromMs, some))
}

const none = Number.NaN
const nothing = (): Figures => ({
  count: 0,
  suspect: 0,
  min: none,
  max: none,
  sum: none,
  first: none,
  last: none,
  increase: 0,
})

/** Of the day itself only what the days beside it need. */
function dayOfHours(fromMs: number, buckets: Iterable<[number, Figures]>): Day {
  const hours: Figures[] = []
  const day = nothing()
  for (const [ms, hour] of buckets) {
    const index = (ms - fromMs) / hourMs
    while (hours.length < index) hours.push(nothing())
    hours.push(hour)
    if (hour.count === 0) continue
    if (day.count === 0) day.first = hour.first
    else hour.increase += rise(day.last, hour.first)
    day.count += hour.count
    day.last = hour.last
  }
  return { fromMs, day, hours }
}

/** A segment stands for all that lies in its span. Pure. */
function withSegments(days: Day[], segments: readonly SegmentRow[]): Day[] {
  if (segments.length === 0) return days
  const covered = (ms: number) => segments.some((segment) => segment.from_ms <= ms && ms < segment.to_ms)
  const left = segments.map((segment) => ({ fromMs: segment.from_ms, ...decodeFigures(segment) }))
  return [...days.filter(({ fromMs }) => !covered(fromMs)), ...left].sort((a, b) => a.fromMs - b.fromMs)
}
