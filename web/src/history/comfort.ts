import { type SensorType, sensorKinds } from '@plenum/contract'

/** Where people are well, and what should not be passed; drawn behind the lines to read them against. */
export interface Comfort {
  low: number
  high: number
}

/**
 * Temperature: EN 16798-1, category II, offices, from the heating to the cooling limit. Humidity and CO2: Japan's Act on
 * Environmental Sanitation in Buildings (建築物衛生法), 40 to 70 % and 1,000 ppm, which is also what Europe's
 * guidelines call hygienically harmless.
 */
const bands: Partial<Record<SensorType, Comfort>> = {
  temperature: { low: 20, high: 26 },
  humidity: { low: 40, high: 70 },
}
const limits: Partial<Record<SensorType, number>> = { co2: 1_000 }

/** Only in the unit the figures are in. */
const isOwnUnit = (kind: SensorType, unit: string) => sensorKinds[kind].unit === unit

export const comfortBandOf = (kind: SensorType, unit: string): Comfort | null =>
  isOwnUnit(kind, unit) ? (bands[kind] ?? null) : null

export const limitOf = (kind: SensorType, unit: string): number | null =>
  isOwnUnit(kind, unit) ? (limits[kind] ?? null) : null
