import type { UnitSystem } from '@plenum/contract'

/** From the unit on the wire to the one that is shown: `value * factor + offset`. */
export interface UnitScale {
  unit: string
  factor: number
  offset: number
}

const toImperial = new Map<string, UnitScale>([['degC', { unit: 'degF', factor: 9 / 5, offset: 32 }]])
const toMetric = new Map<string, UnitScale>([['degF', { unit: 'degC', factor: 5 / 9, offset: -160 / 9 }]])

/** null: shown as it is measured. */
export const unitScale = (unit: string, units: UnitSystem): UnitScale | null => {
  if (units === 'auto') return null
  return (units === 'imperial' ? toImperial : toMetric).get(unit) ?? null
}

export const inShownUnit = (value: number, scale: UnitScale | null): number =>
  scale === null ? value : value * scale.factor + scale.offset
