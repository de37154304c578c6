import { type SensorType, sensorKinds } from '@plenum/contract'
import { inShownUnit, type UnitScale, unitScale } from '../readings/shown-unit.ts'

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

/** From the unit the figures are in to that of the axis; undefined for a unit that they can't be said in. */
const scaleTo = (kind: SensorType, unit: string): UnitScale | null | undefined => {
  const own = sensorKinds[kind].unit
  if (own === unit) return null
  const scale = unitScale(own, 'imperial')
  return scale?.unit === unit ? scale : undefined
}

export const comfortBandOf = (kind: SensorType, unit: string): Comfort | null => {
  const scale = scaleTo(kind, unit)
  const band = bands[kind]
  if (!band || scale === undefined) return null
  return { ...band, low: inShownUnit(band.low, scale), high: inShownUnit(band.high, scale) }
}

export const limitOf = (kind: SensorType, unit: string): Limit | null => {
  const scale = scaleTo(kind, unit)
  const limit = limits[kind]
  return limit && scale !== undefined ? { ...limit, value: inShownUnit(limit.value, scale) } : null
}
