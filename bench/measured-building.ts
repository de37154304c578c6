import assert from 'node:assert/strict'
import type { NewApiKey, SensorType } from '@plenum/contract'
import { type ApiSession, signIn } from './api-session.ts'
import { kinds } from './minute-readings.ts'

export interface MeasuredSensor {
  sensor_key: string
  sensor_type: SensorType
  /** Its floor's level. */
  level: number
}

export interface MeasuredBuilding {
  /** As the sensors were given. */
  sensorIds: number[]
  floorIds: Map<number, number>
  /** One of each gateway. */
  keys: string[]
}

/** A building with sensors, imported as a customer would, and gateways with keys. */
export async function registerBuilding(
  api: ApiSession,
  plan: { name: string; timezone: string; sensors: readonly MeasuredSensor[]; gateways: number },
): Promise<MeasuredBuilding> {
  const rows = plan.sensors.map(
    ({ sensor_key, sensor_type, level }, i) =>
      `${plan.name},${plan.timezone},${level}F,${level},${sensor_key},Sensor ${i},${sensor_type}`,
  )
  const csv = `building,timezone,floor,level,sensor_key,name,sensor_type\n${rows.join('\n')}\n`
  await api.call('POST', '/api/import/sensors', 'text/csv', csv)
  const buildings = await api.list<{ id: number; name: string }>('/api/buildings')
  const building = buildings.find(({ name }) => name === plan.name)
  assert.ok(building)

  const keys: string[] = []
  for (let i = 0; i < plan.gateways; i++) {
    const gateway = { building_id: building.id, name: `Gateway ${i}` }
    const { id } = await api.post<{ id: number }>('/api/gateways', gateway)
    // The quota is checked like everybody's, but is not what is measured.
    keys.push((await api.post<NewApiKey>(`/api/gateways/${id}/keys`, { readings_per_minute: 1_000_000_000 })).key)
  }
  const floors = await api.list<{ id: number; building_id: number; level: number }>('/api/floors')
  const ours = floors.filter(({ building_id }) => building_id === building.id)
  const sensors = await api.list<{ id: number; sensor_key: string }>('/api/sensors')
  const idOf = new Map(sensors.map(({ id, sensor_key }) => [sensor_key, id]))
  return {
    sensorIds: plan.sensors.map(({ sensor_key }) => idOf.get(sensor_key) as number),
    floorIds: new Map(ours.map(({ id, level }) => [level, id])),
    keys,
  }
}

/** Ten floors with sensors of a few kinds in turn. */
export async function createBuilding(port: number, size: { sensors: number; gateways: number }) {
  const sensors = Array.from({ length: size.sensors }, (_, i): MeasuredSensor => {
    const sensor_type = kinds[i % kinds.length]?.type as SensorType
    return { sensor_key: `bench/${i}`, sensor_type, level: 1 + Math.floor((i * 10) / size.sensors) }
  })
  return registerBuilding(await signIn(port), { name: 'Bench', timezone: 'UTC', sensors, gateways: size.gateways })
}
