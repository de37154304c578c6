import type { BuildingDashboard, DashboardSensor, FloorDashboard, FloorSparklines, SensorType } from '@plenum/contract'
import { sensorStatus } from './sensor-status.ts'
import type { BucketRow, FloorRow } from './store.ts'

/** Rows as the bodies that clients get. Pure: the clock is an argument. */

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

/** @param rows at least one, all of one floor */
export function floorBody(rows: FloorRow[], nowMs: number): Omit<FloorDashboard, 'generated_at'> {
  const { floor_id: id, floor_name: name, level, building_id, timezone } = rows[0] as FloorRow
  return {
    floor: { id, name, level, building_id, timezone },
    sensors: rows.filter(hasSensor).map((row) => toSensor(row, nowMs)),
  }
}

export function buildingBody(
  building: BuildingDashboard['building'],
  rows: FloorRow[],
  nowMs: number,
): Omit<BuildingDashboard, 'generated_at'> {
  const floors = Map.groupBy(rows, (row) => row.floor_id)
  return { building, floors: [...floors.values()].map((ofFloor) => summary(ofFloor, nowMs)) }
}

function summary(rows: FloorRow[], nowMs: number): BuildingDashboard['floors'][number] {
  const { floor_id: id, floor_name: name, level } = rows[0] as FloorRow
  const sensors = rows.filter(hasSensor)
  const status = { ok: 0, stale: 0, silent: 0, disabled: 0 }
  let latest: Date | null = null
  const fresh: SensorRow[] = []
  for (const row of sensors) {
    const is = statusOf(row, nowMs)
    status[is]++
    if (is === 'ok' && row.quality === 0) fresh.push(row)
    if (row.at !== null && (latest === null || row.at > latest)) latest = row.at
  }
  // By unit too: a floor may measure one quantity in two units, and their mean would be of neither.
  const byKind = Map.groupBy(fresh, (row) => `${row.sensor_type} ${row.unit}`)
  const kinds = [...byKind.values()].map((ofKind) => {
    const values = ofKind.map((row) => row.value as number)
    const { sensor_type, unit } = ofKind[0] as SensorRow
    const [min, max] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]
    // Divided before it is summed, so that large values can't overflow; rounding must not carry it out of the range.
    const mean = values.reduce((sum, value) => sum + value / values.length, 0)
    return {
      sensor_type: sensor_type as SensorType,
      unit,
      count: values.length,
      avg: Math.min(max, Math.max(min, mean)),
      min,
      max,
    }
  })
  kinds.sort((a, b) => (a.sensor_type < b.sensor_type ? -1 : 1))
  return { id, name, level, sensors: sensors.length, status, latest_timestamp: latest?.toISOString() ?? null, kinds }
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
