import { type SensorType, sensorKinds } from '@plenum/contract'
import type { FloorPlan, SensorPlan } from './building-plan.ts'
import { relativeHumidityPercent } from './humid-air.ts'
import type { LocalInstant } from './local-time.ts'
import type { Load, Meters } from './meters.ts'
import { minutesPerDay, type PresenceDay } from './presence.ts'
import { bitsAt, keyOf, normalAt, poissonAt, uniformAt, wanderAt } from './random.ts'
import { fanSpeed } from './schedule.ts'
import { type AirDay, knotsPerZone } from './zone-air.ts'
import type { Zone } from './zone-kinds.ts'

/** All there is to know about the building at one second. */
export interface Instant {
  atMs: number
  /** Whole seconds since 1970: the number of the draw. */
  atS: number
  local: LocalInstant
  people: PresenceDay
  air: AirDay
  /** Step of the day's air, and how far on to the next. */
  step: number
  share: number
}

/** What a sensor would show at an instant, before it is rounded to the sensor's resolution. */
type Instrument = (now: Instant) => number

/** Lit sky and sun give about 110 lumen a watt (Littlefair 1985). */
const lumenPerW = 110
/** A person in view: a detector in a large office sees a part of it. */
const peopleInView = 12
const doorSlotS = 300

const between = (a: number, b: number, share: number): number => a + (b - a) * share

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

/** Makes the sensors of one floor read; `index` of a sensor is its place in the whole building. */
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
  const designAirM3PerH = zones.reduce((sum, zone) => sum + zone.designAirM3PerH, 0)
  let powerMeters = 0

  const instrument = (sensor: SensorPlan, key: number): Instrument => {
    const zone = zones.find(({ name }) => name === sensor.zone)
    if (zone === undefined) throw new Error(`sensor ${sensor.sensor_key}: no zone "${sensor.zone}" on its floor`)
    const { character, facade } = zone
    const firstKnot = zone.index * knotsPerZone
    const firstMinute = zone.index * minutesPerDay
    const nearness = windowNearness(sensor, floor)
    /** How far this one is off, -1..1: no two sensors agree. */
    const offset = 2 * uniformAt(key, 0) - 1
    const noiseKey = keyOf(key, 1)
    const noise = (now: Instant, deviation: number): number => deviation * normalAt(noiseKey, now.atS)
    const carried = (values: Float64Array, { step, share }: Instant): number =>
      between(values[firstKnot + step] as number, values[firstKnot + step + 1] as number, share)
    const peopleAt = (now: Instant): number => now.people[firstMinute + Math.floor(now.local.minute)] as number
    const usedLately = (now: Instant): boolean => {
      const minute = Math.floor(now.local.minute)
      for (let back = 0; back < 10 && back <= minute; back++) {
        if ((now.people[firstMinute + minute - back] as number) > 0) return true
      }
      return false
    }
    const sunOnFacade = ({ air, step, share }: Instant): number =>
      facade === null
        ? 0
        : between(air.outside[step]?.facadeWM2[facade] ?? 0, air.outside[step + 1]?.facadeWM2[facade] ?? 0, share)
    const fan = (now: Instant): number => (character.alwaysOn ? 1 : fanSpeed(now.local, floorIndex))
    const temperatureC = (now: Instant): number => {
      const roomC = carried(now.air.temperatureC, now)
      const outdoorC = now.air.outside[now.step]?.temperatureC ?? roomC
      return roomC + nearness * (0.0022 * sunOnFacade(now) - 0.025 * (roomC - outdoorC))
    }
    /** Compressors and pumps cycle: a wave of some quarter of an hour around the load. */
    const cycling = ({ atS }: Instant): number =>
      1 + 0.05 * Math.sin((2 * Math.PI * atS) / (840 + 240 * offset)) + 0.03 * wanderAt(noiseKey, atS, 45)

    const byKind: Record<SensorType, () => Instrument> = {
      temperature: () => (now) => temperatureC(now) + 0.25 * offset + noise(now, 0.025),
      humidity: () => (now) =>
        relativeHumidityPercent(carried(now.air.waterGM3, now), temperatureC(now)) + 1.5 * offset + noise(now, 0.15),
      co2: () => (now) => carried(now.air.co2Ppm, now) + 12 * offset + noise(now, 3),
      pm2_5: () => (now) => carried(now.air.pm25UgM3, now) * (1 + 0.15 * offset) + noise(now, 0.3),
      tvoc: () => (now) => carried(now.air.tvocPpb, now) * (1 + 0.1 * offset) + noise(now, 2.5),
      illuminance: () => {
        const daylightFactor = 0.004 + 0.012 * nearness
        return (now) => {
          const lightsLx = usedLately(now) ? character.lightsLx * (1 + 0.06 * offset) : 3
          return lightsLx + daylightFactor * lumenPerW * sunOnFacade(now) + noise(now, 2)
        }
      },
      occupancy: () => peopleAt,
      motion: () => {
        const perPerson = (character.motionsPerMin * sensor.interval_s) / 60
        return (now) => poissonAt(noiseKey, now.atS, perPerson * Math.min(peopleAt(now), peopleInView))
      },
      noise: () => {
        const person = 10 ** (character.personNoiseDb / 10)
        return (now) => {
          // Levels add as energies; the hum follows the fan.
          const hum = 10 ** ((character.baseNoiseDb - 5 + 5 * fan(now)) / 10)
          const level = 10 * Math.log10(hum + person * peopleAt(now))
          return (
            level + 1.5 * offset + (peopleAt(now) > 0 ? 2.5 : 0.4) * wanderAt(noiseKey, now.atS, 25) + noise(now, 0.4)
          )
        }
      },
      contact: () => {
        if (zone.kind === 'meeting room') {
          // Shut during a meeting and after hours, left open when free.
          return (now) => (peopleAt(now) === 0 && fan(now) > 0 ? 1 : 0)
        }
        return (now) => {
          const slot = Math.floor(now.atS / doorSlotS)
          const opened = uniformAt(noiseKey, slot) < 0.01 + 0.02 * Math.min(peopleAt(now), 4)
          const from = bitsAt(noiseKey, -slot) % (doorSlotS - 120)
          const second = now.atS - slot * doorSlotS
          return opened && second >= from && second < from + 120 ? 1 : 0
        }
      },
      power: () => {
        // The first power meter of a floor is lighting and sockets, the next air handling and cooling.
        const load: Load = powerMeters++ % 2 === 0 ? 'lightsAndPlugsW' : 'airW'
        const swing = load === 'airW' ? 1 : 0.4
        return (now) => meters.loadAt(floorIndex, load, now.atMs) * (1 + swing * (cycling(now) - 1)) + noise(now, 8)
      },
      energy: () => (now) =>
        (meters.totalAt(floorIndex, 'lightsAndPlugsW', now.atMs) + meters.totalAt(floorIndex, 'airW', now.atMs)) /
        3.6e6,
      water: () => (now) => meters.totalAt(floorIndex, 'waterM3PerS', now.atMs),
      pressure: () => (now) =>
        240 * fan(now) ** 2 * (1 + 0.05 * offset + 0.04 * wanderAt(noiseKey, now.atS, 90)) + noise(now, 1),
      air_flow: () => (now) =>
        fan(now) * designAirM3PerH * (1 + 0.03 * offset + 0.03 * wanderAt(noiseKey, now.atS, 70)) +
        fan(now) * noise(now, 12),
    }
    const measure = byKind[sensor.sensor_type]()
    const { plausible, digits } = sensorKinds[sensor.sensor_type]
    const scale = 10 ** digits
    return (now) => Math.min(plausible.max, Math.max(plausible.min, Math.round(measure(now) * scale) / scale))
  }

  return floor.sensors.map((sensor, i) => instrument(sensor, keyOf(seed, 500, firstIndex + i)))
}
