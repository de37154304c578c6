import type { Facade } from './building-plan.ts'
import { airHeatWhPerM3K, coilWaterGM3, heatRecovery, personHeatW } from './floor-loads.ts'
import { saturationGM3 } from './humid-air.ts'
import { dayMs, type LocalInstant, minuteMs } from './local-time.ts'
import { minutesPerDay, type PresenceDay } from './presence.ts'
import { fanSpeed } from './schedule.ts'
import type { Weather } from './weather.ts'
import type { Zone } from './zone-kinds.ts'

export const stepMs = 5 * minuteMs
const stepH = stepMs / 3_600_000
export const stepsPerDay = dayMs / stepMs
export const knotsPerZone = stepsPerDay + 1

/**
 * A day starts from a guess this long before. A free floating room forgets within a few days and every working day
 * pins it to its set-points, so what is left of the guess is below the resolution of a sensor (see the test).
 */
const warmUpDays = 5

/** Air of every zone at the steps of one UTC day: `array[zone * knotsPerZone + step]`. */
export interface AirDay {
  temperatureC: Float64Array
  co2Ppm: Float64Array
  waterGM3: Float64Array
  pm25UgM3: Float64Array
  tvocPpb: Float64Array
  /** Weather at the same steps. */
  outside: Weather[]
}

/** CO2 breathed out by a seated person: 0.0052 L/s at 1.2 met (ASHRAE Standard 62.1-2016, appendix D). */
const personCo2M3PerH = (0.0052 * 3600) / 1000
/** Water breathed out and sweated at office work (ASHRAE Fundamentals, latent 55 W). */
const personWaterGPerH = 80
/** Leaks of the envelope with the fans off, and always: air changes an hour. */
const leaksPerH = 0.1
/** Furniture, floor and ceiling that follow the air of the room: the medium class of EN ISO 13790, table 12. */
const capacityJPerM2K = 165_000
const heatingWM2 = 85
const coolingWM2 = 110
/** The valve is fully open this far from the set-point. */
const controlBandK = 0.6
const filterPasses = 0.4
const dustSettlesPerH = 0.25
const cleaning = { fromMin: 19 * 60 + 10, toMin: 19 * 60 + 35 }

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/** Set-points in degC; at night heating only keeps the building from cooling out. */
const setPoints = (zone: Zone, fan: number, outdoorC: number): { heatC: number; coolC: number } => {
  if (fan === 0) return { heatC: 18, coolC: 29.5 }
  // People dress for the season: the comfortable range moves with the weather (after EN 16798-1, annex B).
  const season = clamp((outdoorC - 10) / 18, 0, 1)
  return { heatC: 22 + season + zone.preferenceK, coolC: 24.3 + 1.7 * season + zone.preferenceK }
}

/**
 * Air of all zones over one UTC day, a function of the day alone.
 *
 * What the air carries follows V dC/dt = source - Q (C - C_supply), solved exactly over each step with the inputs held:
 * C → C∞ + (C - C∞) e^(-λ dt). Temperature follows one heat capacity a zone between envelope, fresh air, sun, people,
 * equipment and a proportional heating and cooling with limited power.
 */
export const createAirDay = (options: {
  zones: Zone[]
  localTime: (atMs: number) => LocalInstant
  weather: (atMs: number) => Weather
  presence: (day: number) => PresenceDay
}): ((utcDay: number) => AirDay) => {
  const { zones, localTime, weather, presence } = options

  return (utcDay) => {
    const size = zones.length * knotsPerZone
    const air: AirDay = {
      temperatureC: new Float64Array(size),
      co2Ppm: new Float64Array(size),
      waterGM3: new Float64Array(size),
      pm25UgM3: new Float64Array(size),
      tvocPpb: new Float64Array(size),
      outside: [],
    }
    const now = zones.map((zone) => ({
      temperatureC: 23 + zone.preferenceK,
      co2Ppm: 500,
      waterGM3: 9,
      pm25UgM3: 4,
      tvocPpb: 120,
    }))

    for (let step = -warmUpDays * stepsPerDay; step <= stepsPerDay; step++) {
      const atMs = utcDay * dayMs + step * stepMs
      const local = localTime(atMs)
      const outside = weather(atMs)
      const people = presence(local.day)
      const minute = Math.floor(local.minute)
      if (step >= 0) air.outside.push(outside)

      for (const zone of zones) {
        const is = now[zone.index] as (typeof now)[number]
        if (step >= 0) {
          const index = zone.index * knotsPerZone + step
          air.temperatureC[index] = is.temperatureC
          air.co2Ppm[index] = is.co2Ppm
          air.waterGM3[index] = is.waterGM3
          air.pm25UgM3[index] = is.pm25UgM3
          air.tvocPpb[index] = is.tvocPpb
        }
        const present = people[zone.index * minutesPerDay + minute] as number
        const fan = zone.character.alwaysOn ? 1 : fanSpeed(local, zone.floor)
        const fanM3PerH = zone.designAirM3PerH * fan
        const leakM3PerH = leaksPerH * zone.volumeM3
        const airM3PerH = fanM3PerH + leakM3PerH
        const { heatC, coolC } = setPoints(zone, fan, outside.temperatureC)

        // Temperature.
        const usedShare = Math.min(1, present / Math.max(zone.seats, 4))
        const gainsW =
          present * personHeatW +
          zone.areaM2 *
            (7.5 * Math.min(1, 0.05 + 3 * usedShare) + zone.character.equipmentWM2 * (0.2 + 0.8 * usedShare)) +
          (zone.facade === null ? 0 : zone.solarApertureM2 * outside.facadeWM2[zone.facade as Facade])
        const lossWPerK = zone.envelopeWPerK + airHeatWhPerM3K * (fanM3PerH * (1 - heatRecovery) + leakM3PerH)
        const heatW = zone.areaM2 * heatingWM2 * clamp((heatC - is.temperatureC) / controlBandK, 0, 1)
        const coolW = zone.areaM2 * coolingWM2 * clamp((is.temperatureC - coolC) / controlBandK, 0, 1)
        const netW = gainsW + heatW - coolW - lossWPerK * (is.temperatureC - outside.temperatureC)
        const nextC = is.temperatureC + (netW * stepMs) / 1000 / (zone.areaM2 * capacityJPerM2K)

        // What the air carries.
        const rate = airM3PerH / zone.volumeM3
        const keep = Math.exp(-rate * stepH)
        const relax = (value: number, supplied: number, sourcePerH: number): number => {
          const steady = supplied + sourcePerH / airM3PerH
          return steady + (value - steady) * keep
        }
        is.co2Ppm = relax(is.co2Ppm, outside.co2Ppm, present * personCo2M3PerH * 1e6)
        // The coil dries summer air, the humidifier lifts winter air towards 40 % at room temperature.
        const conditionedGM3 = clamp(outside.waterGM3, 0.34 * saturationGM3(is.temperatureC), coilWaterGM3)
        const suppliedGM3 = (fanM3PerH * conditionedGM3 + leakM3PerH * outside.waterGM3) / airM3PerH
        is.waterGM3 = Math.min(relax(is.waterGM3, suppliedGM3, present * personWaterGPerH), 0.95 * saturationGM3(nextC))
        const cleaned = fan > 0 && minute >= cleaning.fromMin && minute < cleaning.toMin ? 6 : 1
        is.tvocPpb = relax(is.tvocPpb, 55, zone.areaM2 * 110 * cleaned + present * 1500)
        const dustPerH = (fanM3PerH * filterPasses + leakM3PerH * 0.8) * outside.pm25UgM3 + present * 12
        const dustRate = rate + dustSettlesPerH
        const dustSteady = dustPerH / zone.volumeM3 / dustRate
        is.pm25UgM3 = dustSteady + (is.pm25UgM3 - dustSteady) * Math.exp(-dustRate * stepH)
        is.temperatureC = nextC
      }
    }
    return air
  }
}
