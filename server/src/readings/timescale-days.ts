import type { Kysely } from 'kysely'
import type { Tables } from '#platform'
import type { Counter } from './counter-store.ts'
import { counterStep } from './counter-steps.ts'
import { addDay, type Day, noDays, type SensorDays } from './linked-days.ts'
import { dayIndexOf, type DaysOf } from './local-days.ts'
import { createReadDays, type ReadDays } from './rollups.ts'
import { type Figures, hourMs } from './rollup.ts'
import { type SensorOfZone, sealStore } from './seal-store.ts'
import { decodeFigures, decodeSteps } from './segment-codec.ts'
import type { SegmentRow } from './segment-row.ts'
import { longestDayMs } from './segment-store.ts'
import { type Bucket, type Buckets, readBuckets, readLeft } from './timescale-figures.ts'

/** Days from quarter hours, and those of which retention has left only figures. @param daysOf where local days begin */
export function createTimescaleDays(db: Kysely<Tables>, daysOf: DaysOf): ReadDays {
  const fromReadings = createReadDays(db, daysOf)
  return async (asked, unit, askedCounters) => {
    const [counters, holdsMs] = await Promise.all([askedCounters, sealStore.holds(db, asked.sensorIds)])
    const [states, others] = [true, false].map((isState) => asked.sensorIds.filter((id) => holdsMs.has(id) === isState))
    // The aggregate can't know how long a state held.
    const bySensor = states?.length
      ? await fromReadings({ ...asked, sensorIds: states }, unit, askedCounters)
      : new Map<number, SensorDays>()
    const query = { ...asked, fromMs: asked.fromMs - longestDayMs, toMs: asked.toMs + longestDayMs }
    const found = new Map<number, Day[]>()
    const sensors = await sealStore.sensors(db, others ?? [])
    for (const [timezone, some] of Map.groupBy(sensors, (sensor) => sensor.timezone)) {
      const { startsMs } = await daysOf(timezone, query.toMs)
      const daysMs = startsMs.subarray(dayIndexOf(startsMs, query.fromMs), dayIndexOf(startsMs, query.toMs) + 2)
      const bucketsMs = unit === 'day' ? daysMs : hoursOf(daysMs)
      const read = (group: SensorOfZone[], isCounter: boolean) =>
        readBuckets(db, { sensorIds: group.map(({ id }) => id), bucketsMs, counters: isCounter, signal: query.signal })
      for (const [isCounter, group] of Map.groupBy(some, ({ id }) => counters.has(id))) {
        for (const [id, buckets] of await read(group, isCounter))
          found.set(id, daysFrom(buckets, daysMs, unit, counters.get(id)))
      }
    }
    // After the quarter hours: a day that expires meanwhile is seen in both, never in neither.
    for (const [id, segments] of await readLeft(db, { ...query, sensorIds: others ?? [] }))
      found.set(id, withSegments(found.get(id) ?? [], segments))
    for (const [id, days] of found) {
      const columns = noDays(unit, undefined)
      for (const day of days) addDay(columns, day, counters.has(id))
      bySensor.set(id, columns)
    }
    return bySensor
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
function daysFrom(buckets: Buckets, daysMs: Float64Array, unit: 'hour' | 'day', counter: Counter | undefined): Day[] {
  const byDay = Map.groupBy(buckets, ([ms]) => daysMs[dayIndexOf(daysMs, ms)] as number)
  return [...byDay].map(([fromMs, some]) => {
    const day = dayOf(fromMs, some, counter)
    return unit === 'day' ? { ...day, day: (some[0] as [number, Bucket])[1].figures, hours: [] } : day
  })
}

const none = Number.NaN
const zero = { count: 0, suspect: 0, increase: 0 }
const nothing = (): Figures => ({ ...zero, min: none, max: none, sum: none, first: none, last: none })

/** Of the day itself only what the days beside it need. What its falls mean has been judged: there are no steps. */
function dayOf(fromMs: number, buckets: Iterable<[number, Bucket]>, counter: Counter | undefined): Day {
  const hours: Figures[] = []
  const day = nothing()
  let last: Bucket | undefined
  let firstGoodMs = none
  for (const [ms, bucket] of buckets) {
    const hour = bucket.figures
    const index = (ms - fromMs) / hourMs
    while (hours.length < index) hours.push(nothing())
    hours.push(hour)
    if (hour.count === 0) continue
    if (last === undefined) {
      day.first = hour.first
      firstGoodMs = bucket.firstGoodMs
    } else if (counter) {
      const before = { atMs: last.lastGoodMs, value: day.last }
      hour.increase += counterStep(counter, before, { atMs: bucket.firstGoodMs, value: hour.first })
    }
    day.count += hour.count
    day.last = hour.last
    last = bucket
  }
  const steps = counter && last ? { firstGoodMs, lastGoodMs: last.lastGoodMs, steps: [] } : null
  return { fromMs, day, hours, steps, held: null }
}

/** A segment stands for all that lies in its span. Pure. */
function withSegments(days: Day[], segments: readonly SegmentRow[]): Day[] {
  const covered = (ms: number) => segments.some((segment) => segment.from_ms <= ms && ms < segment.to_ms)
  const left = segments.map((one) => ({
    fromMs: one.from_ms,
    steps: decodeSteps(one),
    held: null,
    ...decodeFigures(one),
  }))
  return [...days.filter(({ fromMs }) => !covered(fromMs)), ...left].sort((a, b) => a.fromMs - b.fromMs)
}
