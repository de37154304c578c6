import { type SensorType, sensorKinds } from '@plenum/contract'
import type { FloorPlan, SensorPlan } from './building-plan.ts'
import type { Load, Meters } from './meters.ts'
import { bitsAt, keyOf, normalAt, poissonAt, uniformAt, wanderAt } from './random.ts'
import { createSpot, type Instant } from './spot.ts'
import type { Zone } from './zone-kinds.ts'

/** What a sensor shows at an instant. */
export type Instrument = (now: Instant) => number

/** A detector in a large office sees a part of it. */
const peopleInView = 12
/** A door that people pass opens at most once in so long, for a while. */
const doorSlotS = 300
const doorOpenS = 120

/** Nearness of a sensor to the window wall, 0..1 of the room's depth. */
const windowNearness = (sensor: SensorPlan, floor: FloorPlan): number => {
  const zone = floor.zones.find(({ name }) => name === sensor.zone)
  if (zone === undefined || zone.facade === null) return 0
  const axis = zone.facade === 'north' || zone.facade === 'south' ? 'y' : 'x'
  const low = Math.min(...zone.outline.map((corner) => corner[axis]))
  const high = Math.max(...zone.outline.map((corner) => corner[axis]))
  const depth = (sensor.position[axis] - low) / (high - low)
  return zone.facade === 'south' || zone.facade === 'east' ? depth : 1 - depth
}

/** What the power meters of a floor measure, in the order of the plan. */
const loadOfPowerMeter = ['lightsAndPlugsW', 'airW'] as const satisfies Load[]

interface Fitting {
  sensor: SensorPlan
  zone: Zone
  /** The sensor's own key of chance. */
  key: number
  nearness: number
  load: Load
  floorAirM3PerH: number
  meters: Meters
}

/** The truth at a sensor's place with the sensor's own error and noise, not yet rounded. */
const measurementOf = ({ sensor, zone, key, nearness, load, floorAirM3PerH, meters }: Fitting): Instrument => {
  const { character, floor, kind } = zone
  const spot = createSpot(zone, nearness)
  /** How far this one is off, -1..1: no two sensors agree. */
  const offset = 2 * uniformAt(key, 0) - 1
  const noiseKey = keyOf(key, 1)
  const noise = (now: Instant, deviation: number): number => deviation * normalAt(noiseKey, now.atS)
  const wander = (now: Instant, periodS: number): number => wanderAt(noiseKey, now.atS, periodS)

  const byKind: Record<SensorType, Instrument> = {
    temperature: (now) => spot.temperatureC(now) + 0.25 * offset + noise(now, 0.025),
    humidity: (now) => spot.humidityPercent(now) + 1.5 * offset + noise(now, 0.15),
    co2: (now) => spot.carried('co2Ppm', now) + 12 * offset + noise(now, 3),
    pm2_5: (now) => spot.carried('pm25UgM3', now) * (1 + 0.15 * offset) + noise(now, 0.3),
    tvoc: (now) => spot.carried('tvocPpb', now) * (1 + 0.1 * offset) + noise(now, 2.5),
    illuminance: (now) => {
      const lampsLx = spot.usedLately(now) ? character.lightsLx * (1 + 0.06 * offset) : 3
      return lampsLx + spot.daylightLx(now) + noise(now, 2)
    },
    occupancy: spot.people,
    motion: (now) => {
      const perPerson = (character.motionsPerMin * sensor.interval_s) / 60
      return poissonAt(noiseKey, now.atS, perPerson * Math.min(spot.people(now), peopleInView))
    },
    noise: (now) => {
      const people = spot.people(now)
      // Levels add as energies; the hum follows the fan.
      const hum = 10 ** ((character.baseNoiseDb - 5 + 5 * spot.fan(now)) / 10)
      const levelDb = 10 * Math.log10(hum + people * 10 ** (character.personNoiseDb / 10))
      return levelDb + 1.5 * offset + (people > 0 ? 2.5 : 0.4) * wander(now, 25) + noise(now, 0.4)
    },
    // Contact made, 1, is a closed door.
    contact: (now) => {
      // A meeting room is shut during a meeting and after hours, and left open when free.
      if (kind === 'meeting room') return spot.people(now) === 0 && spot.fan(now) > 0 ? 0 : 1
      const slot = Math.floor(now.atS / doorSlotS)
      const opens = uniformAt(noiseKey, slot) < (spot.fan(now) > 0 ? 0.06 : 0.001)
      const second = now.atS - slot * doorSlotS - (bitsAt(noiseKey, -slot) % (doorSlotS - doorOpenS))
      return opens && second >= 0 && second < doorOpenS ? 0 : 1
    },
    power: (now) => {
      // Compressors and pumps cycle: a wave of some quarter of an hour around the load.
      const cycle = 0.05 * Math.sin((2 * Math.PI * now.atS) / (840 + 240 * offset)) + 0.03 * wander(now, 45)
      return meters.loadAt(floor, load, now.atMs) * (1 + (load === 'airW' ? cycle : 0.4 * cycle)) + noise(now, 8)
    },
    energy: (now) =>
      (meters.totalAt(floor, 'lightsAndPlugsW', now.atMs) + meters.totalAt(floor, 'airW', now.atMs)) / 3.6e6,
    water: (now) => meters.totalAt(floor, 'waterM3PerS', now.atMs),
    pressure: (now) => 240 * spot.fan(now) ** 2 * (1 + 0.05 * offset + 0.04 * wander(now, 90)) + noise(now, 1),
    air_flow: (now) => spot.fan(now) * (floorAirM3PerH * (1 + 0.03 * offset + 0.03 * wander(now, 70)) + noise(now, 12)),
  }
  return byKind[sensor.sensor_type]
}

/** Rounds to what the kind of sensor is good for, within what is plausible. */
const rounded = (measure: Instrument, sensorType: SensorType): Instrument => {
  const { plausible, digits } = sensorKinds[sensorType]
  const scale = 10 ** digits
  // Adding zero turns the -0 of a rounded small negative into 0.
  return (now) => Math.min(plausible.max, Math.max(plausible.min, Math.round(measure(now) * scale) / scale)) + 0
}

/** The sensors of one floor, in the order of the plan. `firstIndex` is the place of the first in the whole building. */
export const createInstruments = (options: {
  seed: number
  floorIndex: number
  floor: FloorPlan
  zones: Zone[]
  meters: Meters
  firstIndex: number
}): Instrument[] => {
  const { seed, floorIndex, floor, meters, firstIndex } = options
  const zones = options.zones.filter((zone) => zone.floor === floorIndex)
  const floorAirM3PerH = zones.reduce((sum, zone) => sum + zone.designAirM3PerH, 0)
  const powerMeters = floor.sensors.filter((sensor) => sensor.sensor_type === 'power')

  return floor.sensors.map((sensor, i) => {
    const zone = zones.find(({ name }) => name === sensor.zone)
    if (zone === undefined) throw new Error(`sensor ${sensor.sensor_key}: no zone "${sensor.zone}" on its floor`)
    const load = loadOfPowerMeter[powerMeters.indexOf(sensor) % 2] ?? 'lightsAndPlugsW'
    const key = keyOf(seed, 500, firstIndex + i)
    const nearness = windowNearness(sensor, floor)
    return rounded(measurementOf({ sensor, zone, key, nearness, load, floorAirM3PerH, meters }), sensor.sensor_type)
  })
}
