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
/** Share of the outdoor dust that comes through the filter, and through the leaks. */
const filterPasses = 0.4
const leaksPass = 0.8
const dustSettlesPerH = 0.25
const dustKeep = Math.exp(-dustSettlesPerH * stepH)
const personDustUgPerH = 12
const outdoorTvocPpb = 55
const personTvocPpbM3PerH = 1500
/** Volatile organics that a square metre of furnishing gives off, ppb·m3/h; cleaning in the evening adds its part. */
const furnishingTvocPpbM3PerH = 110
const cleaning = { fromMin: 19 * 60 + 10, toMin: 19 * 60 + 35 }

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/** A value on its way to the steady one, of whose distance `keep` is left. */
const approach = (value: number, steady: number, keep: number): number => steady + (value - steady) * keep

/** Set-points in degC; at night heating only keeps the building from cooling out. */
const setPoints = (zone: Zone, fan: number, outdoorC: number): { heatC: number; coolC: number } => {
  if (fan === 0) return { heatC: 18, coolC: 29.5 }
  // People dress for the season: the comfortable range moves with the weather (after EN 16798-1, annex B).
  const season = clamp((outdoorC - 10) / 18, 0, 1)
  return { heatC: 22 + season + zone.preferenceK, coolC: 24.3 + 1.7 * season + zone.preferenceK }
}

/** Air of one zone at an instant. */
interface Air {
  temperatureC: number
  co2Ppm: number
  waterGM3: number
  pm25UgM3: number
  tvocPpb: number
}

/** Net heat of a zone in W: gains, conditioning and losses at its present temperature. */
const heatW = (zone: Zone, temperatureC: number, present: number, fan: number, outside: Weather): number => {
  const { areaM2, character, facade } = zone
  const usedShare = Math.min(1, present / Math.max(zone.seats, 4))
  const lightsWM2 = 7.5 * Math.min(1, 0.05 + 3 * usedShare)
  const equipmentWM2 = character.equipmentWM2 * (0.2 + 0.8 * usedShare)
  const sunW = facade === null ? 0 : zone.solarApertureM2 * outside.facadeWM2[facade]
  const { heatC, coolC } = setPoints(zone, fan, outside.temperatureC)
  const heating = clamp((heatC - temperatureC) / controlBandK, 0, 1)
  const cooling = clamp((temperatureC - coolC) / controlBandK, 0, 1)
  const freshAirM3PerH = zone.designAirM3PerH * fan * (1 - heatRecovery) + leaksPerH * zone.volumeM3
  return (
    present * personHeatW +
    sunW +
    areaM2 * (lightsWM2 + equipmentWM2 + heatingWM2 * heating - coolingWM2 * cooling) -
    (zone.envelopeWPerK + airHeatWhPerM3K * freshAirM3PerH) * (temperatureC - outside.temperatureC)
  )
}

/** The zone's air one step later, with people, fans and weather held over the step. */
const nextAir = (zone: Zone, air: Air, present: number, fan: number, minute: number, outside: Weather): Air => {
  const { areaM2, volumeM3 } = zone
  const temperatureC =
    air.temperatureC +
    (heatW(zone, air.temperatureC, present, fan, outside) * stepMs) / 1000 / (areaM2 * capacityJPerM2K)

  const fanM3PerH = zone.designAirM3PerH * fan
  const leakM3PerH = leaksPerH * volumeM3
  const airM3PerH = fanM3PerH + leakM3PerH
  const keep = Math.exp((-airM3PerH / volumeM3) * stepH)
  // The coil dries summer air, the humidifier lifts winter air towards 40 % at room temperature.
  const conditionedGM3 = clamp(outside.waterGM3, 0.34 * saturationGM3(air.temperatureC), coilWaterGM3)
  const suppliedGM3 = (fanM3PerH * conditionedGM3 + leakM3PerH * outside.waterGM3) / airM3PerH
  const waterGM3 = approach(air.waterGM3, suppliedGM3 + (present * personWaterGPerH) / airM3PerH, keep)
  const emission =
    areaM2 * furnishingTvocPpbM3PerH * (fan > 0 && minute >= cleaning.fromMin && minute < cleaning.toMin ? 6 : 1)
  const dustPerH = (fanM3PerH * filterPasses + leakM3PerH * leaksPass) * outside.pm25UgM3 + present * personDustUgPerH
  const dustM3PerH = airM3PerH + dustSettlesPerH * volumeM3
  return {
    temperatureC,
    co2Ppm: approach(air.co2Ppm, outside.co2Ppm + (present * personCo2M3PerH * 1e6) / airM3PerH, keep),
    waterGM3: Math.min(waterGM3, 0.95 * saturationGM3(temperatureC)),
    pm25UgM3: approach(air.pm25UgM3, dustPerH / dustM3PerH, keep * dustKeep),
    tvocPpb: approach(air.tvocPpb, outdoorTvocPpb + (emission + present * personTvocPpbM3PerH) / airM3PerH, keep),
  }
}

/**
 * Air of all zones over one UTC day, a function of the day alone.
 *
 * What the air carries follows V dC/dt = source - Q (C - C_supply), solved exactly over each step with the inputs held:
 * C → C∞ + (C - C∞) e^(-Q/V dt). Temperature follows one heat capacity a zone between envelope, fresh air, sun, people,
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
    const knots = (): Float64Array => new Float64Array(zones.length * knotsPerZone)
    const day: AirDay = {
      temperatureC: knots(),
      co2Ppm: knots(),
      waterGM3: knots(),
      pm25UgM3: knots(),
      tvocPpb: knots(),
      outside: [],
    }
    const note = (index: number, air: Air): void => {
      day.temperatureC[index] = air.temperatureC
      day.co2Ppm[index] = air.co2Ppm
      day.waterGM3[index] = air.waterGM3
      day.pm25UgM3[index] = air.pm25UgM3
      day.tvocPpb[index] = air.tvocPpb
    }
    const now = zones.map(
      (zone): Air => ({ temperatureC: 23 + zone.preferenceK, co2Ppm: 500, waterGM3: 9, pm25UgM3: 4, tvocPpb: 120 }),
    )
    for (let step = -warmUpDays * stepsPerDay; step <= stepsPerDay; step++) {
      const atMs = utcDay * dayMs + step * stepMs
      const local = localTime(atMs)
      const outside = weather(atMs)
      const people = presence(local.day)
      const minute = Math.floor(local.minute)
      if (step >= 0) day.outside.push(outside)
      for (const zone of zones) {
        const air = now[zone.index] as Air
        if (step >= 0) note(zone.index * knotsPerZone + step, air)
        const present = people[zone.index * minutesPerDay + minute] as number
        const fan = zone.character.alwaysOn ? 1 : fanSpeed(local, zone.floor)
        now[zone.index] = nextAir(zone, air, present, fan, minute, outside)
      }
    }
    return day
  }
}
