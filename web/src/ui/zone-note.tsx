import { useTranslation } from 'react-i18next'
import { zoneName } from '../platform/dates.ts'
import { useLanguage } from '../platform/language.ts'

interface ZoneNoteProps {
  timeZone: string
  /** The offset shown is the one of this moment. */
  at: string
}

/** Names the time zone once a page. */
export const ZoneNote = ({ timeZone, at }: ZoneNoteProps) => {
  const { t } = useTranslation()
  const language = useLanguage()
  return <span>{t('time.zone', { zone: zoneName(new Date(at), language, timeZone) })}</span>
}
