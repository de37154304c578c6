import { type SensorType, sensorKinds } from '@plenum/contract'

/** Whose figures they are; the panel's heading names it, as others go by others. */
export type GuideSource = 'en16798' | 'japan'

/** Where people are well; drawn behind the lines to read them against. */
export interface Comfort {
  low: number
  high: number
  source: GuideSource
}

/** What should not be passed; a line to read against. */
interface Limit {
  value: number
  source: GuideSource
}

/**
 * Temperature: EN 16798-1, category II (the normal one), offices: from the heating season's lower to the cooling
 * season's upper value, as tables quote it; the standard itself speaks of operative temperature, which air temperature
 * stands for here. Humidity and CO2: the management standard of Japan's building sanitation act (建築物環境衛生管理基準),
 * 40 to 70 % and 1,000 ppm; its 18 to 28 °C are wider than the band. EN 16798-1 counts CO2 above outdoor air instead.
 */
const bands: Partial<Record<SensorType, Comfort>> = {
  temperature: { low: 20, high: 26, source: 'en16798' },
  humidity: { low: 40, high: 70, source: 'japan' },
}
const limits: Partial<Record<SensorType, Limit>> = { co2: { value: 1_000, source: 'japan' } }

/** Only in the unit the figures are in. */
const isOwnUnit = (kind: SensorType, unit: string) => sensorKinds[kind].unit === unit

export const comfortBandOf = (kind: SensorType, unit: string): Comfort | null =>
  isOwnUnit(kind, unit) ? (bands[kind] ?? null) : null

export const limitOf = (kind: SensorType, unit: string): Limit | null =>
  isOwnUnit(kind, unit) ? (limits[kind] ?? null) : null
