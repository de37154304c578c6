import { useTranslation } from 'react-i18next'
import { spokenAge } from '../platform/ages.ts'
import { exactTime } from '../platform/dates.ts'
import { useLanguage } from '../platform/language.ts'
import { useTicking } from '../platform/ticking.ts'

interface AgeProps {
  /** RFC 3339 */
  at: string
  timeZone: string
}

/** "40 s ago"; the exact time in the building's zone on hover. */
export const Age = ({ at, timeZone }: AgeProps) => {
  const { t } = useTranslation()
  const language = useLanguage()
  const atMs = Date.parse(at)
  const text = useTicking((nowMs) => {
    const { unit, count } = spokenAge(nowMs - atMs)
    return t(`age.${unit}`, { count })
  })
  return (
    <time dateTime={at} title={exactTime(new Date(atMs), language, timeZone)}>
      {text}
    </time>
  )
}
