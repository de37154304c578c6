import { holdMsOf, type ReadingChunk, type StoredReadings } from '#readings'
import type { BucketJson } from './bucket-json.ts'
import { behaviourOf, type Bucket, type BucketColumns, columnsOf, createBuckets, meanOf } from './buckets.ts'
import type { Range } from './instant.ts'
import { byPlace, type Place, writePage } from './page.ts'
import { dayMs, type Grain, hourMs, quarterMs } from './resolution.ts'
import type { PastSensor } from './store.ts'

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
): Promise<BucketColumns> {
  const counters = sensors.filter((sensor) => behaviourOf(sensor) === 'counter').map(({ sensorId }) => sensorId)
  const [countings, before] = await Promise.all([
    stored.countings({ sensorIds: counters, signal }),
    stored.lastGoodBefore({ sensorIds: counters, beforeMs: fromMs, signal }),
  ])
  // A state that held when the window began is as far back as its sensor's interval says.
  const backMs = (sensor: PastSensor) => (behaviourOf(sensor) === 'state' ? holdMsOf(sensor.intervalS) : 0)
  const found: Bucket[] = []
  for (const [earlierMs, group] of Map.groupBy(sensors, backMs)) {
    const open = new Map(
      group.map((sensor) => [
        sensor.sensorId,
        createBuckets({
          ...grid,
          sensorId: sensor.sensorId,
          behaviour: behaviourOf(sensor),
          holdMs: holdMsOf(sensor.intervalS),
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
  return columnsOf(found.sort(byPlace))
}

interface PageRequest {
  after: Place | null
  limit: number
  json: BucketJson
  signal: AbortSignal
}

/** As long as it takes for a page of buckets to come together. */
const windowMs = (sensors: number, bucketMs: number, { fromMs, toMs }: Range, limit: number): number =>
  Math.min(toMs - fromMs, Math.ceil((limit + 1) / sensors + 1) * bucketMs)

/** A page of quarter hours, computed from readings. */
function quarterPage(stored: StoredReadings, sensors: readonly PastSensor[], range: Range, ask: PageRequest) {
  const intervalMs = sensors.reduce((least, { intervalS }) => Math.min(least, intervalS * 1_000), Infinity)
  const windows = {
    ...ask,
    fromMs: quarterFrom(range.fromMs),
    toMs: quarterFrom(range.toMs),
    widthMs: windowMs(sensors.length, Math.max(quarterMs, intervalMs), range, ask.limit),
    narrowestMs: quarterMs,
  }
  const grid = { startOf: quarterOf, endOf: (startMs: number) => startMs + quarterMs }
  const read = (fromMs: number, toMs: number) => bucketsOf(stored, sensors, { fromMs, toMs }, grid, ask.signal)
  return writePage(windows, read, ask.json.add)
}

/** A page of hours or days, from the figures that storage keeps. */
function figurePage(
  stored: StoredReadings,
  sensors: readonly PastSensor[],
  range: Range,
  unit: 'hour' | 'day',
  ask: PageRequest,
) {
  const { signal } = ask
  const sensorIds = sensors.map(({ sensorId }) => sensorId)
  const widthMs = windowMs(sensors.length, unit === 'hour' ? hourMs : dayMs, range, ask.limit)
  const read = async (fromMs: number, toMs: number) => {
    const rollups = await stored.rollups({ sensorIds, fromMs, toMs, unit, signal })
    const { sum, count, min, max } = rollups
    const mean = (i: number) => meanOf(sum[i] as number, count[i] as number, min[i] as number, max[i] as number)
    return { ...rollups, avg: sum.map((_, i) => mean(i)) }
  }
  return writePage({ ...ask, ...range, widthMs, narrowestMs: 1 }, read, ask.json.add)
}

/** Writes a page of buckets that begin in the range. @returns the place of its last one where there are more */
export function rolledPage(
  stored: StoredReadings,
  sensors: readonly PastSensor[],
  range: Range,
  grain: Exclude<Grain, 'raw'>,
  ask: PageRequest,
): Promise<Place | null> {
  if (grain === '15m') return quarterPage(stored, sensors, range, ask)
  return figurePage(stored, sensors, range, grain === '1h' ? 'hour' : 'day', ask)
}
