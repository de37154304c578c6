import type { Facade } from './building-plan.ts'
import type { LocalInstant } from './local-time.ts'
import { createAttendance, expectedPresence, fanSpeed } from './schedule.ts'
import type { Weather } from './weather.ts'
import type { Zone } from './zone-kinds.ts'

/** What a floor draws at an instant. */
export interface FloorLoads {
  lightsAndPlugsW: number
  airW: number
  waterM3PerS: number
}

/** Heat that a seated person gives off, sensible part (ASHRAE Fundamentals, office work). */
export const personHeatW = 75

/** Heat to warm a cubic metre of air by one kelvin, Wh/(m3·K). */
export const airHeatWhPerM3K = 0.34

/** Share of the exhaust's heat that the air handling gives back to the fresh air. */
export const heatRecovery = 0.65

/** Water in the air that leaves a cooling coil at 13.5 degC, saturated. */
export const coilWaterGM3 = 11.6

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/**
 * Electric and water load of a floor as a function of calendar and weather alone, without memory: the balance of gains
 * and losses at 24.5 degC decides what the chiller or heat pump has to do. That makes meters cheap to sum up over years.
 */
export const createFloorLoads = (options: {
  seed: number
  zones: Zone[]
  floor: number
}): ((local: LocalInstant, weather: Weather) => FloorLoads) => {
  const { seed, floor } = options
  const zones = options.zones.filter((zone) => zone.floor === floor)
  const sum = (of: (zone: Zone) => number): number => zones.reduce((total, zone) => total + of(zone), 0)
  const areaM2 = sum((zone) => zone.areaM2)
  const people = sum((zone) => (zone.kind === 'meeting room' ? 0 : zone.seats))
  const freshAirWPerK = airHeatWhPerM3K * (1 - heatRecovery) * sum((zone) => zone.designAirM3PerH)
  const envelopeWPerK = sum((zone) => zone.envelopeWPerK)
  const freshAirM3PerH = sum((zone) => zone.designAirM3PerH)
  const apertures = Object.entries(
    Object.groupBy(
      zones.filter((zone) => zone.facade !== null),
      (zone) => zone.facade as Facade,
    ),
  ).map(([facade, group]) => ({
    facade: facade as Facade,
    apertureM2: group.reduce((total, zone) => total + zone.solarApertureM2, 0),
  }))
  const attendance = createAttendance(seed)

  return (local, weather) => {
    const present = attendance(floor, local.day, local.weekday) * expectedPresence(local.minute)
    const litShare = 1 - Math.exp(-12 * present)
    const inUseW = areaM2 * (7.5 * litShare + 8.5 * present)
    // Emergency lights, routers, standby: what never goes out.
    const baseW = areaM2 * 2.4

    const speed = fanSpeed(local, floor)
    let solarW = 0
    for (const { facade, apertureM2 } of apertures) solarW += apertureM2 * weather.facadeWM2[facade]
    const sensibleW =
      inUseW +
      baseW +
      people * present * personHeatW +
      solarW +
      (envelopeWPerK + freshAirWPerK) * (weather.temperatureC - 24.5)
    // 2,450 J take a gram of water out of the air.
    const latentW = (freshAirM3PerH / 3600) * 2450 * 0.4 * Math.max(0, weather.waterGM3 - coilWaterGM3)
    // Cool outdoor air does most of the work of the chiller by itself.
    const chillerShare = clamp((weather.temperatureC - 14) / 8, 0.12, 1)
    const coolingCop = clamp(5.2 - 0.07 * (weather.temperatureC - 25), 3, 6.5)
    const heatingCop = clamp(3.2 + 0.06 * (weather.temperatureC - 7), 2, 4.5)
    const sinceStartMin = Math.max(0, local.minute - 7 * 60)
    const preheatW = areaM2 * 30 * clamp((17 - weather.temperatureC) / 17, 0, 1) * Math.exp(-sinceStartMin / 70)
    const conditioningW =
      (Math.max(0, sensibleW) * chillerShare + latentW) / coolingCop + (Math.max(0, -sensibleW) + preheatW) / heatingCop
    return {
      lightsAndPlugsW: baseW + inUseW,
      airW: areaM2 * 0.6 + speed * (areaM2 * 3.5 * speed + conditioningW),
      // 45 litres a person and day, and a cistern that drips.
      waterM3PerS: 5e-8 + (people * present * 0.045) / (9 * 3600),
    }
  }
}
