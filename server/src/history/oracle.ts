import type { Behaviour } from '@plenum/contract'

/** The past recomputed from a plain list, slowly and in plain sight. For tests. */

export interface Given {
  sensorId: number
  atMs: number
  value: number
  good: boolean
}

export interface Sensor {
  sensorId: number
  behaviour: Behaviour
  intervalS: number
  /** Of counters. */
  rolloverValue?: number | null
  replacements?: { atMs: number; final: number; first: number }[]
}

const quarterMs = 900_000
const hourMs = 3_600_000

const dates = new Map<string, Intl.DateTimeFormat>()
function localDate(atMs: number, timezone: string): string {
  let format = dates.get(timezone)
  if (!format) dates.set(timezone, (format = new Intl.DateTimeFormat('en-CA', { timeZone: timezone })))
  return format.format(atMs)
}

const starts = new Map<string, number>()
/** The first quarter hour of the calendar day that holds an instant. */
function dayStart(atMs: number, timezone: string): number {
  const quarter = Math.floor(atMs / quarterMs)
  const key = `${timezone} ${quarter}`
  let startMs = starts.get(key)
  if (startMs === undefined) {
    const date = localDate(atMs, timezone)
    startMs = quarter * quarterMs
    while (localDate(startMs - quarterMs, timezone) === date) startMs -= quarterMs
    starts.set(key, startMs)
  }
  return startMs
}

function dayEnd(startMs: number, timezone: string): number {
  let endMs = startMs + 20 * hourMs
  while (localDate(endMs, timezone) === localDate(startMs, timezone)) endMs += quarterMs
  return endMs
}

export function bucketAround(atMs: number, grain: '15m' | '1h' | '1d', timezone: string): [number, number] {
  const startMs = dayStart(atMs, timezone)
  const endMs = dayEnd(startMs, timezone)
  if (grain === '1d') return [startMs, endMs]
  const widthMs = grain === '1h' ? hourMs : quarterMs
  const bucketMs = startMs + Math.floor((atMs - startMs) / widthMs) * widthMs
  return [bucketMs, Math.min(bucketMs + widthMs, endMs)]
}

/** What a counter rose by between two good readings. */
function rose(before: Given, after: Given, { rolloverValue = null, replacements = [] }: Sensor): number {
  const round = (from: number, to: number): number | null => {
    if (rolloverValue === null || from > rolloverValue) return null
    const way = rolloverValue - from + to
    return way <= rolloverValue / 2 ? way : null
  }
  const done = replacements.filter(({ atMs }) => atMs > before.atMs && atMs <= after.atMs)
  if (done.length === 0) {
    if (after.value >= before.value) return after.value - before.value
    return round(before.value, after.value) ?? after.value
  }
  let sum = 0
  let from = before.value
  const ends = done.toSorted((a, b) => a.atMs - b.atMs)
  for (const { final, first } of [...ends, { final: after.value, first: 0 }]) {
    sum += final >= from ? final - from : (round(from, final) ?? 0)
    from = first
  }
  return sum
}

/** Records as the API answers them, of one sensor's readings. */
function ofSensor(given: Given[], sensor: Sensor, grain: '15m' | '1h' | '1d', timezone: string) {
  const sorted = given.toSorted((a, b) => a.atMs - b.atMs)
  const allGood = sorted.filter(({ good }) => good)
  const bounds = new Map(
    sorted.map(({ atMs }) => bucketAround(atMs, grain, timezone)).map((bucket) => [bucket[0], bucket] as const),
  )
  return [...bounds.values()].map(([startMs, endMs]) => {
    const inside = sorted.filter(({ atMs }) => atMs >= startMs && atMs < endMs)
    const values = inside.filter(({ good }) => good).map(({ value }) => value)
    const none = values.length === 0
    const record: Record<string, unknown> = {
      sensor_id: sensor.sensorId,
      timestamp: new Date(startMs).toISOString(),
      count: values.length,
      suspect: inside.length - values.length,
      avg: none ? null : values.reduce((a, b) => a + b, 0) / values.length,
      min: none ? null : Math.min(...values),
      max: none ? null : Math.max(...values),
    }
    if (sensor.behaviour === 'counter') {
      let increase = 0
      allGood.forEach((after, i) => {
        const { atMs } = after
        const before = allGood[i - 1]
        if (before === undefined || atMs < startMs || atMs >= endMs) return
        increase += rose(before, after, sensor)
      })
      record['increase'] = none ? null : increase
    }
    if (sensor.behaviour === 'state') {
      let covered = 0
      let on = 0
      allGood.forEach(({ atMs, value }, i) => {
        const untilMs = Math.min(allGood[i + 1]?.atMs ?? Infinity, atMs + 3 * sensor.intervalS * 1_000)
        const ms = Math.max(0, Math.min(untilMs, endMs) - Math.max(atMs, startMs))
        covered += ms
        if (value === 1) on += ms
      })
      record['share'] = covered > 0 ? on / covered : null
    }
    return record
  })
}

/** Everything that a history of the range holds, in order. */
export function expectedHistory(
  given: Given[],
  sensors: Sensor[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
  grain: 'raw' | '15m' | '1h' | '1d',
  timezone: string,
): Record<string, unknown>[] {
  const records =
    grain === 'raw'
      ? given.map(({ sensorId, atMs, value, good }) => ({
          sensor_id: sensorId,
          timestamp: new Date(atMs).toISOString(),
          value,
          quality: good ? 'good' : 'suspect',
        }))
      : sensors.flatMap((sensor) =>
          ofSensor(
            given.filter(({ sensorId }) => sensorId === sensor.sensorId),
            sensor,
            grain,
            timezone,
          ),
        )
  const at = (record: Record<string, unknown>) => Date.parse(record['timestamp'] as string)
  return records
    .filter((record) => at(record) >= fromMs && at(record) < toMs)
    .sort((a, b) => at(a) - at(b) || Number(a['sensor_id']) - Number(b['sensor_id']))
}
