import { sensorKinds } from '@plenum/contract'
import type { ReadingChunk, StoredReadings } from '#readings'
import { type Bucket, createBuckets, holdsIntervals, meanOf } from './buckets.ts'
import type { Range } from './instant.ts'
import { byPlace, type Page, type Place, readPage } from './page.ts'
import { dayMs, type Grain, hourMs, quarterMs } from './resolution.ts'
import type { PastSensor } from './store.ts'

export const behaviourOf = ({ sensorType }: PastSensor) => sensorKinds[sensorType].behaviour

interface Past {
  stored: StoredReadings
  /** Starts of the calendar days that touch a range, in order, and the end of the last. */
  dayStarts(timezone: string, fromMs: number, toMs: number, signal: AbortSignal): Promise<readonly number[]>
}

/**
 * Quarter hours of the clock. The offsets of all time zones since 1990 are multiples of 15 minutes, so they are the
 * same instants everywhere.
 */
const quarterOf = (atMs: number): number => Math.floor(atMs / quarterMs) * quarterMs
const quarterFrom = (atMs: number): number => Math.ceil(atMs / quarterMs) * quarterMs

/** Readings of a window made into buckets, for all of one kind of sensor. */
async function bucketsOf(
  stored: StoredReadings,
  sensors: readonly PastSensor[],
  { fromMs, toMs }: Range,
  grid: { startOf(atMs: number): number; endOf(startMs: number): number },
  signal: AbortSignal,
): Promise<Bucket[]> {
  const counters = sensors.filter((sensor) => behaviourOf(sensor) === 'counter').map(({ sensorId }) => sensorId)
  const [countings, before] = await Promise.all([
    stored.countings({ sensorIds: counters, signal }),
    stored.lastGoodBefore({ sensorIds: counters, beforeMs: fromMs, signal }),
  ])
  // A state that held when the window began is as far back as its sensor's interval says.
  const backMs = (sensor: PastSensor) =>
    behaviourOf(sensor) === 'state' ? holdsIntervals * sensor.intervalS * 1_000 : 0
  const found: Bucket[] = []
  for (const [earlierMs, group] of Map.groupBy(sensors, backMs)) {
    const open = new Map(
      group.map((sensor) => [
        sensor.sensorId,
        createBuckets({
          ...grid,
          sensorId: sensor.sensorId,
          behaviour: behaviourOf(sensor),
          intervalMs: sensor.intervalS * 1_000,
          fromMs,
          counting: countings.get(sensor.sensorId),
          before: before.get(sensor.sensorId),
        }),
      ]),
    )
    const query = { sensorIds: [...open.keys()], fromMs: fromMs - earlierMs, toMs, signal }
    for await (const chunk of stored.scan(query)) open.get(chunk.sensorId)?.add(chunk satisfies ReadingChunk)
    for (const buckets of open.values()) found.push(...buckets.end())
  }
  return found.sort(byPlace)
}

/** A page of quarter hours, computed from readings. */
function quarterPage({ stored }: Past, sensors: readonly PastSensor[], range: Range, ask: PageRequest) {
  const intervalMs = sensors.reduce((least, { intervalS }) => Math.min(least, intervalS * 1_000), Infinity)
  return readPage({
    ...ask,
    fromMs: quarterFrom(range.fromMs),
    toMs: quarterFrom(range.toMs),
    widthMs: windowMs(sensors.length, Math.max(quarterMs, intervalMs), range, ask.limit),
    narrowestMs: quarterMs,
    read: (fromMs, toMs) =>
      bucketsOf(
        stored,
        sensors,
        { fromMs, toMs },
        { startOf: quarterOf, endOf: (startMs) => startMs + quarterMs },
        ask.signal,
      ),
  })
}

interface PageRequest {
  after: Place | null
  limit: number
  signal: AbortSignal
}

/** As long as it takes for a page of buckets to come together. */
const windowMs = (sensors: number, bucketMs: number, { fromMs, toMs }: Range, limit: number): number =>
  Math.min(toMs - fromMs, Math.ceil((limit + 1) / sensors + 1) * bucketMs)

/** A page of hours or days, from the figures that storage keeps. */
function figurePage(past: Past, sensors: readonly PastSensor[], range: Range, unit: 'hour' | 'day', ask: PageRequest) {
  const { signal } = ask
  const sensorIds = sensors.map(({ sensorId }) => sensorId)
  const states = sensors.filter((sensor) => behaviourOf(sensor) === 'state')
  const bucketMs = unit === 'hour' ? hourMs : dayMs
  const read = async (fromMs: number, toMs: number): Promise<Bucket[]> => {
    const rollups = await past.stored.rollups({ sensorIds, fromMs, toMs, unit, signal })
    const shares = await sharesOf(past, states, { fromMs, toMs }, unit, signal)
    return rollups.map((rollup) => ({
      ...rollup,
      avg: meanOf(rollup.sum, rollup.count, rollup.min, rollup.max),
      // Where the readings have expired, their mean is what is left of it.
      share: shares.get(placeKey(rollup)) ?? rollup.sum / rollup.count,
    }))
  }
  const widthMs = windowMs(sensors.length, bucketMs, range, ask.limit)
  return readPage({ ...ask, ...range, widthMs, narrowestMs: 1, read })
}

const placeKey = ({ atMs, sensorId }: Place): string => `${atMs} ${sensorId}`

/** Shares of the states whose bucket begins in the range, from their readings. */
async function sharesOf(
  { stored, dayStarts }: Past,
  states: readonly PastSensor[],
  range: Range,
  unit: 'hour' | 'day',
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const shares = new Map<string, number>()
  const [first] = states
  if (first === undefined) return shares
  // All sensors of one question are of one building.
  const startsMs = await dayStarts(first.timezone, range.fromMs, range.toMs, signal)
  const dayOf = (atMs: number): number => startsMs.findLastIndex((startMs) => startMs <= atMs)
  const startOf = (atMs: number): number => {
    const startMs = startsMs[dayOf(atMs)] as number
    return unit === 'day' ? startMs : startMs + Math.floor((atMs - startMs) / hourMs) * hourMs
  }
  const endOf = (startMs: number): number => {
    const dayEndMs = startsMs[dayOf(startMs) + 1] ?? startMs
    return unit === 'day' ? dayEndMs : Math.min(dayEndMs, startMs + hourMs)
  }
  // Buckets are whole: from the first that begins in the range to the end of the last that does.
  const next = (atMs: number): number => {
    const startMs = startOf(atMs)
    return startMs === atMs ? atMs : endOf(startMs)
  }
  const whole = { fromMs: next(range.fromMs), toMs: next(range.toMs) }
  if (whole.fromMs >= whole.toMs) return shares
  for (const bucket of await bucketsOf(stored, states, whole, { startOf, endOf }, signal))
    if (!Number.isNaN(bucket.share)) shares.set(placeKey(bucket), bucket.share)
  return shares
}

/** A page of buckets that begin in the range. */
export function rolledPage(
  past: Past,
  sensors: readonly PastSensor[],
  range: Range,
  grain: Exclude<Grain, 'raw'>,
  ask: PageRequest,
): Promise<Page<Bucket>> {
  if (grain === '15m') return quarterPage(past, sensors, range, ask)
  return figurePage(past, sensors, range, grain === '1h' ? 'hour' : 'day', ask)
}
