import { type SensorType, sensorKinds } from '@plenum/contract'

/** What a value is shown with: its kind for the digits, its unit as it is on the wire. */
export interface Measured {
  sensor_type: SensorType
  unit: string
}

/** A number and its unit as people write them. `people` and `count` are words, which the reader's language names. */
export interface ShownNumber {
  number: string
  unit: string
}

const symbols: Record<string, string> = {
  degC: '°C',
  degF: '°F',
  '%RH': '% RH',
  m3: 'm³',
  'm3/h': 'm³/h',
  'ug/m3': 'µg/m³',
}

interface Scale {
  from: number
  factor: number
  unit: string
}

/** Large values change their unit instead of growing digits; the first row that fits is taken. */
const scales: Record<string, Scale[]> = {
  W: [
    { from: 1_000_000, factor: 1e-6, unit: 'MW' },
    { from: 1_000, factor: 1e-3, unit: 'kW' },
  ],
  kWh: [{ from: 1_000_000, factor: 1e-3, unit: 'MWh' }],
  Pa: [
    { from: 1_000_000, factor: 1e-6, unit: 'MPa' },
    { from: 10_000, factor: 1e-3, unit: 'kPa' },
  ],
}

/** A scaled value keeps the digits a person can use: 1.24 MW, 12.4 kW, 124 kW. */
const scaledDigits = (value: number) => (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2)

const formats = new Map<string, Intl.NumberFormat>()

export const numberFormat = (language: string, digits: number) => {
  const key = `${language}|${digits}`
  const known = formats.get(key)
  if (known) return known
  const made = new Intl.NumberFormat(language, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: 'negative',
  })
  formats.set(key, made)
  return made
}

/** A value rounded up to the next unit is written in that unit: 999.6 W is 1.00 kW, not 1,000 W. */
const scaleOf = (value: number, unit: string, digits: number): Scale | undefined => {
  const rounded = Math.abs(Number(value.toFixed(digits)))
  return scales[unit]?.find(({ from }) => rounded >= from)
}

/** One unit for a whole axis: the one its largest value is shown in. Values are multiplied by `factor`. */
export const axisScale = (largest: number, { sensor_type, unit }: Measured): { factor: number; unit: string } => {
  const scale = scaleOf(largest, unit, sensorKinds[sensor_type].digits)
  return scale ? { factor: scale.factor, unit: scale.unit } : { factor: 1, unit: symbols[unit] ?? unit }
}

export const showNumber = (value: number, { sensor_type, unit }: Measured, language: string): ShownNumber => {
  const { digits } = sensorKinds[sensor_type]
  const scale = scaleOf(value, unit, digits)
  if (!scale) return { number: numberFormat(language, digits).format(value), unit: symbols[unit] ?? unit }
  const scaled = value * scale.factor
  return { number: numberFormat(language, scaledDigits(scaled)).format(scaled), unit: scale.unit }
}

/**
 * A contact sensor senses contact (Brick: "senses contact to determine whether a door or window is closed"), so 1 is
 * closed. Null when the value is not a state.
 */
export const contactState = (value: number, sensorType: SensorType): 'open' | 'closed' | null => {
  if (sensorType !== 'contact') return null
  return value === 1 ? 'closed' : value === 0 ? 'open' : null
}
