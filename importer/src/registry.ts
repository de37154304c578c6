import type {
  Building,
  Floor,
  FloorInput,
  Gateway,
  GatewayInput,
  Sensor,
  SensorInput,
  Zone,
  ZoneInput,
} from '@plenum/contract'
import { inParallel } from './in-parallel.ts'
import type { JsonApi } from './json-api.ts'
import type { BuildingPlan } from './recorded-building.ts'

const requestsAtOnce = 8

/** How many things an import added to the registry, or with a dry run would add. */
export type Created = Record<'buildings' | 'gateways' | 'floors' | 'zones' | 'sensors', number>

export const nothingCreated = (): Created => ({ buildings: 0, gateways: 0, floors: 0, zones: 0, sensors: 0 })

/** The building as the server knows it. */
export interface RegisteredBuilding {
  buildingId: number
  gatewayId: number
  /** By sensor_key. */
  sensorIds: Map<string, number>
}

export interface RegisterOptions {
  api: JsonApi
  plan: BuildingPlan
  /** Looks and counts; what does not exist gets the id 0, which no thing has. */
  dryRun: boolean
  /** Counted up as things are created, so that it holds also when the server fails half-way. */
  created: Created
  onSensor: (done: number, total: number) => void
}

/**
 * Finds the building of the plan and creates what is missing of it, by natural keys: sensors by their key, floors
 * by level, zones by name. What exists is left as it is, so a person's names and moves survive the next import.
 */
export async function registerBuilding(options: RegisterOptions): Promise<RegisteredBuilding> {
  const { api, plan, dryRun, created, onSensor } = options
  async function create(kind: keyof Created, body: object): Promise<number> {
    const { id } = dryRun ? { id: 0 } : await api.create<{ id: number }>(`/api/${kind}`, body)
    created[kind] += 1
    return id
  }

  const buildingId = (await findBuilding(api, plan)) ?? (await create('buildings', plan.building))
  const listOf = async <T>(path: string) => (buildingId ? api.list<T>(path, { building_id: buildingId }) : [])
  const gateways = await listOf<Gateway>('/api/gateways')
  const floors = await listOf<Floor>('/api/floors')
  const zones = await listOf<Zone>('/api/zones')
  const sensors = new Map((await listOf<Sensor>('/api/sensors')).map((sensor) => [sensor.sensor_key, sensor]))

  const gatewayId =
    gateways.find(({ name }) => name === plan.gateway)?.id ??
    (await create('gateways', { building_id: buildingId, name: plan.gateway } satisfies GatewayInput))

  const wanted: SensorInput[] = []
  for (const { zones: plannedZones, ...plannedFloor } of plan.floors) {
    const floorId =
      floors.find(({ level }) => level === plannedFloor.level)?.id ??
      (await create('floors', { building_id: buildingId, ...plannedFloor } satisfies FloorInput))
    await inParallel(plannedZones, requestsAtOnce, async ({ sensors: plannedSensors, ...plannedZone }) => {
      const zoneId =
        zones.find(({ floor_id, name }) => floor_id === floorId && name === plannedZone.name)?.id ??
        (await create('zones', { floor_id: floorId, ...plannedZone } satisfies ZoneInput))
      const place = { floor_id: floorId, zone_id: zoneId, gateway_id: gatewayId }
      wanted.push(...plannedSensors.map((sensor) => ({ ...sensor, ...place })))
    })
  }

  const sensorIds = new Map<string, number>()
  await inParallel(wanted, requestsAtOnce, async (input) => {
    const found = sensors.get(input.sensor_key)
    sensorIds.set(input.sensor_key, found?.id ?? (await create('sensors', input)))
    // Its gateway was deleted since the last import: without one, the new gateway's key may not write to it.
    if (found?.gateway_id === null && !dryRun) await api.patch(`/api/sensors/${found.id}`, { gateway_id: gatewayId })
    onSensor(sensorIds.size, wanted.length)
  })
  return { buildingId, gatewayId, sensorIds }
}

/** By one of its sensors, so that a renamed building is found again, else by name. */
async function findBuilding(api: JsonApi, plan: BuildingPlan): Promise<number | undefined> {
  const anySensor = plan.floors[0]?.zones[0]?.sensors[0]
  const [known] = anySensor ? await api.list<Sensor>('/api/sensors', { sensor_key: anySensor.sensor_key }) : []
  if (known) return known.building_id
  const buildings = await api.list<Building>('/api/buildings')
  return buildings.find(({ name }) => name === plan.building.name)?.id
}
