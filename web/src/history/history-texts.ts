import { useTranslation } from 'react-i18next'
import { dateFormat } from '../platform/dates.ts'
import { useLanguage } from '../platform/language.ts'
import { axisScale, type Measured, numberFormat } from '../readings/shown-value.ts'
import { useShownValue } from '../readings/value-text.ts'
import type { MarkKind } from './marked-stretches.ts'
import type { Span } from './time-range.ts'
import type { TickStyle, TimeTick } from './time-ticks.ts'
import { startOf } from './zoned-time.ts'

const tickFormats: Record<TickStyle, Intl.DateTimeFormatOptions> = {
  second: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  minute: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  day: { day: 'numeric', month: 'short' },
  month: { month: 'short' },
  year: { year: 'numeric' },
}

/** What stands at a tick of the time axis. */
export const tickText = ({ atMs, style }: TimeTick, language: string, timeZone: string): string =>
  dateFormat(language, timeZone, tickFormats[style]).format(atMs)

const minuteMs = 60_000

/** "23 Nov 2026, 10:00 – 12:00"; whole days without times, seconds only where there are some. */
export const spanText = ({ fromMs, toMs }: Span, language: string, timeZone: string): string => {
  const isMidnight = (atMs: number) => startOf('day', atMs, timeZone) === atMs
  const date = { day: 'numeric', month: 'short', year: 'numeric' } as const
  if (isMidnight(fromMs) && isMidnight(toMs)) {
    return dateFormat(language, timeZone, date).formatRange(fromMs, toMs - 1)
  }
  const hasSeconds = toMs - fromMs < 10 * minuteMs
  const time = hasSeconds ? tickFormats.second : tickFormats.minute
  return dateFormat(language, timeZone, { ...date, ...time }).formatRange(fromMs, toMs)
}

const mostDigits = 6

/** How many digits write every multiple of a step as it is: two for 0.25, where one would make 19.3 of 19.25. */
export const digitsOf = (step: number): number => {
  for (let digits = 0; digits < mostDigits; digits += 1) {
    const scaled = step * 10 ** digits
    if (scaled > 0.5 && Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled) return digits
  }
  return mostDigits
}

/** Values beside an axis: all in the unit of its largest, which stands in the panel's heading. */
export const axisText = (value: number, step: number, factor: number, language: string): string =>
  numberFormat(language, digitsOf(step * factor)).format(value * factor)

/** Number and unit in one text, and the unit of a whole axis. */
export const useValueTexts = () => {
  const { t } = useTranslation()
  const language = useLanguage()
  const show = useShownValue()
  return {
    text: (value: number, measured: Measured): string => {
      const { number, unit } = show(value, measured)
      return unit === '' ? number : `${number} ${unit}`
    },
    /** "3 suspect", "1,430 arrived late" */
    marked: (kind: MarkKind, count: number): string =>
      t(`explorer.${kind}`, { count, number: numberFormat(language, 0).format(count) }),
    axisOf: (largest: number, measured: Measured): { factor: number; unit: string } => {
      const scale = axisScale(largest, measured)
      const { unit } = scale
      return unit === 'people' || unit === 'count' ? { ...scale, unit: t(`value.${unit}`) } : scale
    },
    language,
  }
}
