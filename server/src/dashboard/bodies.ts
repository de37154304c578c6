import type { BuildingDashboard, DashboardSensor, FloorDashboard, FloorSparklines, SensorType } from '@plenum/contract'
import { showsKind } from '#auth'
import { sensorStatus } from './sensor-status.ts'
import type { BucketRow, FloorRow } from './store.ts'

/** Rows as the bodies that clients get. Pure: the clock is an argument. */

/** A mean of fewer would tell of single sensors what is withheld. */
const fewestWithheld = 3

type SensorRow = FloorRow & { sensor_id: number }
const hasSensor = (row: FloorRow): row is SensorRow => row.sensor_id !== null

const statusOf = (row: SensorRow, nowMs: number) =>
  sensorStatus(
    { disabled: row.admin_status === 'disabled', intervalS: row.interval_s, latestMs: row.at?.getTime() ?? null },
    nowMs,
  )

const toSensor = (row: SensorRow, nowMs: number): DashboardSensor => ({
  sensor_id: row.sensor_id,
  sensor_key: row.sensor_key,
  name: row.name,
  sensor_type: row.sensor_type as SensorType,
  unit: row.unit,
  zone_id: row.zone_id,
  position: row.x === null || row.y === null ? null : { x: row.x, y: row.y },
  interval_s: row.interval_s,
  status: statusOf(row, nowMs),
  latest_value: row.value,
  latest_timestamp: row.at?.toISOString() ?? null,
  quality: row.quality === null ? null : row.quality === 0 ? 'good' : 'suspect',
  alert: null,
})

const shownOf = (sensors: SensorRow[], withPresence: boolean): SensorRow[] =>
  sensors.filter(({ sensor_type }) => showsKind(sensor_type as SensorType, withPresence))

/**
 * @param rows at least one, all of one floor
 * @param withPresence whether it is for those who may see motion and occupancy
 */
export function floorBody(
  rows: FloorRow[],
  withPresence: boolean,
  nowMs: number,
): Omit<FloorDashboard, 'generated_at'> {
  const { floor_id: id, floor_name: name, level, building_id, timezone } = rows[0] as FloorRow
  const sensors = rows.filter(hasSensor)
  const shown = shownOf(sensors, withPresence)
  return {
    floor: { id, name, level, building_id, timezone },
    sensors: shown.map((row) => toSensor(row, nowMs)),
    withheld: sensors.length - shown.length,
  }
}

export function buildingBody(
  building: BuildingDashboard['building'],
  rows: FloorRow[],
  withPresence: boolean,
  nowMs: number,
): Omit<BuildingDashboard, 'generated_at'> {
  const floors = Map.groupBy(rows, (row) => row.floor_id)
  return { building, floors: [...floors.values()].map((ofFloor) => summary(ofFloor, withPresence, nowMs)) }
}

type Summary = BuildingDashboard['floors'][number]

/** What counts sensors counts those that are shown; only the figures of kinds are of all sensors of the floor. */
function summary(rows: FloorRow[], withPresence: boolean, nowMs: number): Summary {
  const { floor_id: id, floor_name: name, level } = rows[0] as FloorRow
  const sensors = rows.filter(hasSensor)
  const shown = shownOf(sensors, withPresence)
  const status = { ok: 0, stale: 0, silent: 0, disabled: 0 }
  let latest: Date | null = null
  for (const row of shown) {
    status[statusOf(row, nowMs)]++
    if (row.at !== null && (latest === null || row.at > latest)) latest = row.at
  }
  const counts = { sensors: shown.length, withheld: sensors.length - shown.length, status }
  const kinds = kindsOf(sensors, withPresence, nowMs)
  return { id, name, level, ...counts, latest_timestamp: latest?.toISOString() ?? null, kinds }
}

function kindsOf(sensors: SensorRow[], withPresence: boolean, nowMs: number): Summary['kinds'] {
  const fresh = sensors.filter((row) => row.quality === 0 && statusOf(row, nowMs) === 'ok')
  // By unit too: a floor may measure one quantity in two units, and their mean would be of neither.
  const byKind = Map.groupBy(fresh, (row) => `${row.sensor_type} ${row.unit}`)
  const kinds = [...byKind.values()].flatMap((ofKind) => {
    const values = ofKind.map((row) => row.value as number)
    const { sensor_type, unit } = ofKind[0] as SensorRow
    const isShown = showsKind(sensor_type as SensorType, withPresence)
    if (!isShown && values.length < fewestWithheld) return []
    const [min, max] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]
    // Divided before it is summed, so that large values can't overflow; rounding must not carry it out of the range.
    const mean = values.reduce((sum, value) => sum + value / values.length, 0)
    return {
      sensor_type: sensor_type as SensorType,
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
