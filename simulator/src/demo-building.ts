import { type SensorType, sensorKinds } from '@plenum/contract'
import type { BuildingPlan, FloorPlan, SensorPlan } from './building-plan.ts'
import { floorAreaM2, type Place, placesOf, wallsOf } from './demo-layout.ts'

const levels = 10
const floorsPerGateway = 5

/** Last part of a sensor key, by kind. */
const keyWord: Record<SensorType, string> = {
  temperature: 'temp',
  humidity: 'humidity',
  co2: 'co2',
  illuminance: 'light',
  motion: 'motion',
  occupancy: 'people',
  power: 'power',
  energy: 'energy',
  water: 'water',
  pressure: 'pressure',
  air_flow: 'airflow',
  pm2_5: 'pm25',
  tvoc: 'tvoc',
  noise: 'noise',
  contact: 'contact',
}

/**
 * [place, kind, words, position within the zone's bounding box, interval in seconds].
 * Words follow the zone's name, except in the plant, where they name what is metered.
 */
type Row = [place: Place, kind: SensorType, words: string, x: number, y: number, intervalS?: number]

/**
 * The thirty sensors of a storey. Five of them report every 10 s and the rest every minute, each at its own second,
 * so that on every floor something changes about once a second.
 */
const sensorsOfFloor: Row[] = [
  ['north', 'temperature', 'temperature, window side', 0.2, 0.14],
  ['north', 'temperature', 'temperature, core side', 0.55, 0.84],
  ['north', 'humidity', 'humidity', 0.38, 0.5],
  ['north', 'co2', 'CO2', 0.55, 0.5],
  ['north', 'illuminance', 'light level', 0.38, 0.14],
  ['north', 'occupancy', 'people', 0.94, 0.84],
  ['north', 'noise', 'noise', 0.2, 0.84, 10],
  ['south', 'temperature', 'temperature, window side', 0.2, 0.88],
  ['south', 'temperature', 'temperature, core side', 0.55, 0.16],
  ['south', 'humidity', 'humidity', 0.4, 0.5],
  ['south', 'co2', 'CO2', 0.58, 0.5],
  ['south', 'illuminance', 'light level', 0.4, 0.88],
  ['south', 'motion', 'motion', 0.8, 0.3],
  ['south', 'pm2_5', 'fine dust', 0.8, 0.75],
  ['roomA', 'temperature', 'temperature', 0.25, 0.22],
  ['roomA', 'humidity', 'humidity', 0.72, 0.22],
  ['roomA', 'co2', 'CO2', 0.25, 0.58],
  ['roomA', 'occupancy', 'people', 0.72, 0.58],
  ['roomA', 'contact', 'door', 0.4, 0.94],
  ['roomB', 'temperature', 'temperature', 0.3, 0.22],
  ['roomB', 'co2', 'CO2', 0.3, 0.6],
  ['roomB', 'tvoc', 'volatile organics', 0.75, 0.6],
  ['corridor', 'motion', 'motion', 0.3, 0.72],
  ['corridor', 'contact', 'fire door', 0.05, 0.72],
  ['plant', 'power', 'Lighting and sockets power', 0.15, 0.25, 10],
  ['plant', 'power', 'Air handling and cooling power', 0.5, 0.25, 10],
  ['plant', 'energy', 'Electricity meter', 0.85, 0.25],
  ['plant', 'water', 'Water meter', 0.15, 0.75],
  ['plant', 'pressure', 'Supply duct pressure', 0.5, 0.75, 10],
  ['plant', 'air_flow', 'Supply air flow', 0.85, 0.75, 10],
]

const gatewayName = (level: number): string => `demo-gateway-${Math.ceil(level / floorsPerGateway)}`

/** Positions are kept to a thousandth of the plan: some 4 cm here. */
const within = (low: number, high: number, share: number): number =>
  Math.round((low + (high - low) * share) * 1000) / 1000

const demoFloor = (level: number): FloorPlan => {
  const name = `${level}F`
  const places = placesOf(level, levels)
  const numbers = new Map<SensorType, number>()
  const sensors = sensorsOfFloor.map(([place, kind, words, x, y, intervalS = 60]): SensorPlan => {
    const { name: zone, outline } = places[place]
    const xs = outline.map((corner) => corner.x)
    const ys = outline.map((corner) => corner.y)
    const number = (numbers.get(kind) ?? 0) + 1
    numbers.set(kind, number)
    return {
      sensor_key: `demo/${name}/${keyWord[kind]}-${number}`,
      name: place === 'plant' ? words : `${zone} ${words}`,
      sensor_type: kind,
      unit: sensorKinds[kind].unit,
      zone,
      gateway: gatewayName(level),
      position: { x: within(Math.min(...xs), Math.max(...xs), x), y: within(Math.min(...ys), Math.max(...ys), y) },
      interval_s: intervalS,
    }
  })
  const zones = Object.values(places)
  return { name, level, area_m2: floorAreaM2, plan: wallsOf(zones), zones, sensors }
}

/**
 * The demo: a ten-storey office tower in Tokyo with 300 sensors behind two gateways.
 * Pure: the same plan every time, and a fresh copy the caller may change.
 */
export const demoBuilding = (): BuildingPlan =>
  structuredClone({
    building: {
      name: 'Kazamichi Tower',
      timezone: 'Asia/Tokyo',
      address: 'Simulated building, Minato-ku, Tokyo',
      area_m2: floorAreaM2 * levels,
      locale: 'en',
    },
    site: { latitudeDeg: 35.66, longitudeDeg: 139.75 },
    gateways: Array.from({ length: Math.ceil(levels / floorsPerGateway) }, (_, i) => ({
      name: gatewayName(i * floorsPerGateway + 1),
    })),
    floors: Array.from({ length: levels }, (_, i) => demoFloor(i + 1)),
  })
