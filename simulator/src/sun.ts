import type { Facade } from './building-plan.ts'
import { dayMs } from './local-time.ts'

const radians = Math.PI / 180

/** Irradiance in W/m2. */
export interface Sunshine {
  horizontalWM2: number
  facadeWM2: Record<Facade, number>
}

/**
 * What the sun gives at an instant under a cloud cover of 0..1.
 *
 * Position: declination after Cooper (1969), equation of time as in Duffie & Beckman, Solar Engineering of Thermal
 * Processes, 1.5. Radiation: Kasten & Czeplak, Solar Energy 24 (1980) 177: clear sky 910 sin γ - 30, clouds take
 * 75 % N^3.4 of it, the diffuse part is 0.3 + 0.7 N². A wall sees half of the sky and half of a ground that
 * reflects one fifth.
 */
export const sunshineAt = (atMs: number, latitudeDeg: number, longitudeDeg: number, cloud: number): Sunshine => {
  const yearDay = (atMs / dayMs) % 365.2425
  const declination = 23.45 * radians * Math.sin((2 * Math.PI * (285 + yearDay)) / 365.2425)
  const b = (2 * Math.PI * (yearDay - 80)) / 365.2425
  const equationMin = 9.87 * Math.sin(2 * b) - 7.53 * Math.cos(b) - 1.5 * Math.sin(b)
  const solarHours = ((atMs % dayMs) / dayMs) * 24 + longitudeDeg / 15 + equationMin / 60
  const hourAngle = (solarHours - 12) * 15 * radians
  const latitude = latitudeDeg * radians

  const sinHeight =
    Math.sin(latitude) * Math.sin(declination) + Math.cos(latitude) * Math.cos(declination) * Math.cos(hourAngle)
  const clearWM2 = Math.max(0, 910 * sinHeight - 30)
  const horizontalWM2 = clearWM2 * (1 - 0.75 * cloud ** 3.4)
  const diffuseWM2 = horizontalWM2 * (0.3 + 0.7 * cloud ** 2)
  // Near the horizon the division would blow up what little beam there is.
  const beamWM2 = (horizontalWM2 - diffuseWM2) / Math.max(sinHeight, 0.1)
  const aroundWM2 = 0.5 * diffuseWM2 + 0.5 * 0.2 * horizontalWM2
  // Horizontal components of the direction to the sun.
  const toWest = Math.cos(declination) * Math.sin(hourAngle)
  const toSouth = (sinHeight * Math.sin(latitude) - Math.sin(declination)) / Math.cos(latitude)
  const wall = (cosine: number): number => aroundWM2 + beamWM2 * Math.max(0, cosine)
  return {
    horizontalWM2,
    facadeWM2: { north: wall(-toSouth), east: wall(-toWest), south: wall(toSouth), west: wall(toWest) },
  }
}
