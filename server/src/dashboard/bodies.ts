import {
  type BuildingDashboard,
  type DashboardSensor,
  type FloorDashboard,
  type FloorSparklines,
  staleAfterIntervals,
} from '@plenum/contract'
import { showsKind } from '#auth'
import type { FloorNow, SensorNow } from './floors-now.ts'
import { sensorStatus } from './sensor-status.ts'
import type { BucketRow } from './store.ts'

/** What is known now as the bodies that clients get. Pure: the clock is an argument. */

/** A mean of fewer would tell of single sensors what is withheld. */
const fewestWithheld = 3

/** Content, and when time alone changes it, milliseconds since 1970. */
export interface Until<T> {
  content: T
  untilMs: number
}

const statusOf = ({ sensor, latest }: SensorNow, nowMs: number) =>
  sensorStatus({ disabled: sensor.isDisabled, intervalS: sensor.intervalS, latestMs: latest.at }, nowMs)

/** When the next of them turns stale. */
const staleAtMs = (sensors: readonly SensorNow[], nowMs: number): number => {
  let next = Infinity
  for (const one of sensors) {
    if (one.latest.at === null || statusOf(one, nowMs) !== 'ok') continue
    next = Math.min(next, one.latest.at + staleAfterIntervals * one.sensor.intervalS * 1_000 + 1)
  }
  return next
}

const toSensor = (now: SensorNow, nowMs: number): DashboardSensor => {
  const { sensor, latest } = now
  return {
    sensor_id: sensor.id,
    sensor_key: sensor.key,
    name: sensor.name,
    sensor_type: sensor.sensorType,
    unit: sensor.unit,
    zone_id: sensor.zoneId,
    position: sensor.x === null || sensor.y === null ? null : { x: sensor.x, y: sensor.y },
    interval_s: sensor.intervalS,
    status: statusOf(now, nowMs),
    latest_value: latest.value,
    latest_timestamp: latest.at === null ? null : new Date(latest.at).toISOString(),
    quality: latest.quality === null ? null : latest.quality === 0 ? 'good' : 'suspect',
    alert: null,
  }
}

const shownOf = (sensors: readonly SensorNow[], withPresence: boolean): SensorNow[] =>
  sensors.filter(({ sensor }) => showsKind(sensor.sensorType, withPresence))

/** @param withPresence whether it is for those who may see motion and occupancy */
export function floorBody(
  { floor, building, sensors, untilMs }: FloorNow,
  withPresence: boolean,
  nowMs: number,
): Until<Omit<FloorDashboard, 'generated_at'>> {
  const { id, name, level } = floor
  const shown = shownOf(sensors, withPresence)
  const content = {
    floor: { id, name, level, building_id: building.id, timezone: building.timezone },
    sensors: shown.map((one) => toSensor(one, nowMs)),
    withheld: sensors.length - shown.length,
  }
  return { content, untilMs: Math.min(untilMs, staleAtMs(shown, nowMs)) }
}

export type Summary = BuildingDashboard['floors'][number]

/** What counts sensors counts those that are shown; only the figures of kinds are of all sensors of the floor. */
export function floorSummary(
  { floor, sensors, untilMs }: FloorNow,
  withPresence: boolean,
  nowMs: number,
): Until<Summary> {
  const { id, name, level } = floor
  const shown = shownOf(sensors, withPresence)
  const status = { ok: 0, stale: 0, silent: 0, disabled: 0 }
  let latestMs = -Infinity
  for (const one of shown) {
    status[statusOf(one, nowMs)]++
    latestMs = Math.max(latestMs, one.latest.at ?? -Infinity)
  }
  const counts = { sensors: shown.length, withheld: sensors.length - shown.length, status }
  const latest_timestamp = latestMs === -Infinity ? null : new Date(latestMs).toISOString()
  const content = { id, name, level, ...counts, latest_timestamp, kinds: kindsOf(sensors, withPresence, nowMs) }
  return { content, untilMs: Math.min(untilMs, staleAtMs(sensors, nowMs)) }
}

function kindsOf(sensors: readonly SensorNow[], withPresence: boolean, nowMs: number): Summary['kinds'] {
  const fresh = sensors.filter((one) => one.latest.quality === 0 && statusOf(one, nowMs) === 'ok')
  // By unit too: a floor may measure one quantity in two units, and their mean would be of neither.
  const byKind = Map.groupBy(fresh, ({ sensor }) => `${sensor.sensorType} ${sensor.unit}`)
  const kinds = [...byKind.values()].flatMap((ofKind) => {
    const values = ofKind.map(({ latest }) => latest.value as number)
    const { sensorType: sensor_type, unit } = (ofKind[0] as SensorNow).sensor
    const isShown = showsKind(sensor_type, withPresence)
    if (!isShown && values.length < fewestWithheld) return []
    const [min, max] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]
    // Divided before it is summed, so that large values can't overflow; rounding must not carry it out of the range.
    const mean = values.reduce((sum, value) => sum + value / values.length, 0)
    return {
      sensor_type,
      unit,
      count: values.length,
      avg: Math.min(max, Math.max(min, mean)),
      // Each is the value of a single sensor.
      min: isShown ? min : null,
      max: isShown ? max : null,
    }
  })
  return kinds.sort((a, b) => (a.sensor_type < b.sensor_type ? -1 : 1))
}

export function sparklinesBody(
  floorId: number,
  rows: BucketRow[],
  fromMs: number,
  stepS: number,
  steps: number,
): Omit<FloorSparklines, 'generated_at'> {
  const lines = new Map<number, (number | null)[]>()
  for (const { sensor_id, step, value } of rows) {
    const values = lines.get(sensor_id) ?? new Array<number | null>(steps).fill(null)
    // Four digits more than any sensor has: what a line of 20 pixels shows, at a third of the bytes.
    if (step >= 0 && step < steps) values[step] = Number(value.toPrecision(7))
    lines.set(sensor_id, values)
  }
  const sensors = [...lines].map(([sensor_id, values]) => ({ sensor_id, values }))
  return { floor_id: floorId, from: new Date(fromMs).toISOString(), step_s: stepS, sensors }
}
