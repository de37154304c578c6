import { saturationGM3 } from './humid-air.ts'
import { dayMs, hourMs, type LocalInstant } from './local-time.ts'
import { keyOf, normalAt, wanderAt } from './random.ts'
import { type Sunshine, sunshineAt } from './sun.ts'

export interface Weather extends Sunshine {
  temperatureC: number
  waterGM3: number
  co2Ppm: number
  pm25UgM3: number
}

/** Tokyo 1991-2020, January to December (Japan Meteorological Agency). */
const normals = {
  temperatureC: [5.4, 6.1, 9.4, 14.3, 18.8, 21.9, 25.7, 26.9, 23.3, 18.0, 12.5, 7.7],
  humidityPercent: [51, 52, 57, 62, 68, 75, 76, 74, 75, 71, 64, 56],
  /** 1 - hours of sunshine / hours of daylight. */
  cloud: [0.38, 0.44, 0.53, 0.54, 0.59, 0.71, 0.66, 0.58, 0.66, 0.63, 0.51, 0.42],
}

/** A monthly figure on a day of the year: straight between the middles of the months. */
const ofSeason = (months: number[], yearDay: number): number => {
  const position = (yearDay / 365.2425) * 12 - 0.5
  const month = Math.floor(position)
  const a = months[(month + 12) % 12] as number
  const b = months[(month + 1) % 12] as number
  return a + (b - a) * (position - month)
}

/**
 * One value a day that remembers the day before: AR(1) with deviation 1. Always grown from the same first day,
 * so a day's value does not depend on what was asked before.
 */
const createDailySeries = (key: number, firstDay: number, persistence: number): ((day: number) => number) => {
  const values: number[] = [0]
  const shock = Math.sqrt(1 - persistence ** 2)
  return (day) => {
    const index = Math.max(0, day - firstDay)
    for (let i = values.length; i <= index; i++) {
      values.push(persistence * (values[i - 1] as number) + shock * normalAt(key, i))
    }
    return values[index] as number
  }
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/**
 * The weather outside: monthly normals, spells of days (warm and cold, dry and damp, clear and cloudy), the course
 * of the day, and clouds that pass. A pure function of seed and time.
 */
export const createWeather = (options: {
  seed: number
  site: { latitudeDeg: number; longitudeDeg: number }
  localTime: (atMs: number) => LocalInstant
  firstDay: number
}): ((atMs: number) => Weather) => {
  const { seed, site, localTime, firstDay } = options
  const key = (purpose: number): number => keyOf(seed, 100 + purpose)
  const spell = (purpose: number, persistence: number): ((atMs: number) => number) => {
    const series = createDailySeries(key(purpose), firstDay, persistence)
    return (atMs) => {
      const day = Math.floor(atMs / dayMs)
      return series(day) + (series(day + 1) - series(day)) * (atMs / dayMs - day)
    }
  }
  const warmth = spell(1, 0.7)
  const damp = spell(2, 0.6)
  const cover = spell(3, 0.45)
  const haze = spell(4, 0.6)

  return (atMs) => {
    const { day, minute } = localTime(atMs)
    const yearDay = (day + minute / 1440) % 365.2425
    const cloudOfDay = clamp(ofSeason(normals.cloud, yearDay) + 0.38 * cover(atMs), 0, 1)
    const cloud = clamp(cloudOfDay + 0.3 * wanderAt(key(5), atMs, 2 * hourMs), 0, 1)

    const normalC = ofSeason(normals.temperatureC, yearDay)
    // Clear days have the wider range; the mean range of Tokyo is 8 K, warmest about half past two.
    const swingC = (5.6 - 3.2 * cloudOfDay) * Math.cos((2 * Math.PI * (minute - 14.5 * 60)) / 1440)
    const temperatureC = normalC + 2.3 * warmth(atMs) + swingC + 0.5 * wanderAt(key(6), atMs, 3 * hourMs)

    const normalWater = (ofSeason(normals.humidityPercent, yearDay) / 100) * saturationGM3(normalC)
    const waterGM3 = normalWater * Math.exp(0.2 * damp(atMs) + 0.035 * warmth(atMs))

    return {
      ...sunshineAt(atMs, site.latitudeDeg, site.longitudeDeg, cloud),
      temperatureC,
      waterGM3: Math.min(waterGM3, 0.97 * saturationGM3(temperatureC)),
      // Above the world's background a city adds traffic, most of it under the calm air of the morning.
      co2Ppm: 428 + 10 * Math.cos((2 * Math.PI * (minute - 7 * 60)) / 1440) + 6 * wanderAt(key(7), atMs, 5 * hourMs),
      pm25UgM3: 8.5 * Math.exp(0.5 * haze(atMs) + 0.2 * wanderAt(key(8), atMs, 4 * hourMs)),
    }
  }
}
