import { useMemo } from 'react'
import { useLanguage } from '../platform/language.ts'

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
const timeUnits = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
  { unit: 'second', ms: 1_000 },
] as const

/** Three digits are what anybody compares, and none beyond a hundredth. */
const digits = (value: number): Intl.NumberFormatOptions => ({
  maximumFractionDigits: value >= 100 ? 0 : value >= 10 ? 1 : 2,
})

const unitText = (language: string, value: number, unit: string): string =>
  new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', ...digits(value) }).format(value)

export const bytesText = (language: string, bytes: number): string => {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1_000
    unit += 1
  }
  return unitText(language, value, byteUnits[unit] ?? 'byte')
}

export const timeText = (language: string, ms: number): string => {
  const fits = timeUnits.find((one) => ms >= one.ms)
  return fits ? unitText(language, ms / fits.ms, fits.unit) : unitText(language, ms, 'millisecond')
}

/** Figures of the page in the reader's language. */
export const useFigures = () => {
  const language = useLanguage()
  return useMemo(
    () => ({
      count: (value: number) => new Intl.NumberFormat(language, digits(value)).format(value),
      share: (value: number) =>
        new Intl.NumberFormat(language, {
          style: 'percent',
          maximumFractionDigits: value < 0.1 || value > 0.99 ? 1 : 0,
        }).format(value),
      bytes: (value: number) => bytesText(language, value),
      time: (ms: number) => timeText(language, ms),
    }),
    [language],
  )
}
