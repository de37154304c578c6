import { IconPlugConnectedX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { ProblemError } from '../platform/api.ts'
import { exactTime } from '../platform/dates.ts'
import { useLanguage } from '../platform/language.ts'
import { toServerTime } from '../platform/server-clock.ts'
import classes from './frozen-banner.module.css'

interface FrozenBannerProps {
  error: Error | null
  /** When the numbers on the page were answered, by this computer's clock, in milliseconds since 1970. */
  answeredAt: number
  timeZone: string
}

/** The last numbers stay when the server goes away; this says that they stand still, and since when. */
export const FrozenBanner = ({ error, answeredAt, timeZone }: FrozenBannerProps) => {
  const { t } = useTranslation()
  const language = useLanguage()
  if (!error) return null
  const time = exactTime(new Date(toServerTime(answeredAt)), language, timeZone)
  const requestId = error instanceof ProblemError ? error.problem.request_id : undefined
  return (
    <div role="alert" className={classes.banner}>
      <IconPlugConnectedX size={16} aria-hidden />
      <span>{t(error instanceof ProblemError ? 'state.failedSince' : 'state.unreachableSince', { time })}</span>
      {requestId && <span className={classes.reference}>{t('state.requestId', { id: requestId })}</span>}
    </div>
  )
}
