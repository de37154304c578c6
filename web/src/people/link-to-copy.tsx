import { useTranslation } from 'react-i18next'
import { exactTime } from '../platform/dates.ts'
import { useLanguage } from '../platform/language.ts'
import { useShownZone } from '../platform/preferences.ts'
import { ValueToCopy } from '../ui/value-to-copy.tsx'

interface LinkToCopyProps {
  url: string
  /** RFC 3339 */
  expiresAt: string
}

/** A link that is shown once, to hand over by whatever way two people use. */
export const LinkToCopy = ({ url, expiresAt }: LinkToCopyProps) => {
  const { t } = useTranslation()
  const language = useLanguage()
  const timeZone = useShownZone()
  const until = exactTime(new Date(expiresAt), language, timeZone)
  return <ValueToCopy label={t('people.linkTitle')} description={t('people.linkText', { time: until })} value={url} />
}
