import { useTranslation } from 'react-i18next'
import { useLanguage } from '../platform/language.ts'
import { useUnits } from '../platform/preferences.ts'
import { inShownUnit, unitScale } from './shown-unit.ts'
import { contactState, type Measured, type ShownNumber, showNumber } from './shown-value.ts'

/** Turns a value into what is shown of it in the reader's language and units: number and unit, or a word without a unit. */
export const useShownValue = (): ((value: number, measured: Measured) => ShownNumber) => {
  const { t } = useTranslation()
  const language = useLanguage()
  const units = useUnits()
  return (value, measured) => {
    const state = contactState(value, measured.sensor_type)
    if (state) return { number: t(`value.${state}`), unit: '' }
    const scale = unitScale(measured.unit, units)
    const shown = showNumber(inShownUnit(value, scale), { ...measured, unit: scale?.unit ?? measured.unit }, language)
    const { unit } = shown
    return unit === 'people' || unit === 'count' ? { ...shown, unit: t(`value.${unit}`) } : shown
  }
}
