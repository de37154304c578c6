import type { ApiKey, GatewayKey } from '@plenum/contract'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { dateFormat, exactTime } from '../platform/dates.ts'
import { useLanguage } from '../platform/language.ts'
import { useShownZone } from '../platform/preferences.ts'
import { Age } from '../ui/age.tsx'
import classes from './keys.module.css'

const Expiry = ({ status, expires_at }: Pick<ApiKey, 'status' | 'expires_at'>) => {
  const { t } = useTranslation()
  const language = useLanguage()
  const timeZone = useShownZone()
  if (expires_at === null) return <span>{t('keys.forever')}</span>
  const at = new Date(expires_at)
  // A key that ends soon may end today: then the hour matters.
  const style =
    status === 'active' ? ({ dateStyle: 'medium' } as const) : ({ dateStyle: 'medium', timeStyle: 'short' } as const)
  const time = dateFormat(language, timeZone, style).format(at)
  return (
    <span data-status={status} title={exactTime(at, language, timeZone)}>
      {t(status === 'expired' ? 'keys.ended' : status === 'expiring' ? 'keys.endsSoon' : 'keys.ends', { time })}
    </span>
  )
}

interface KeyRowProps {
  row: ApiKey | GatewayKey
  /** What there is to know of this kind of key besides. */
  children?: ReactNode
  buttons: ReactNode
}

/** What tells keys apart, whether one is used, and until when it works. */
export const KeyRow = ({ row, children, buttons }: KeyRowProps) => {
  const { t } = useTranslation()
  const timeZone = useShownZone()
  return (
    <li className={classes.row}>
      <div className={classes.what}>
        <b>{row.name}</b> <code>{row.start}…</code>
        {children}
      </div>
      <div className={classes.when}>
        <span>
          {row.last_used_at ? (
            <>
              {t('keys.used')} <Age at={row.last_used_at} timeZone={timeZone} />
            </>
          ) : (
            t('keys.unused')
          )}
        </span>
        <Expiry {...row} />
      </div>
      <div className={classes.buttons}>{buttons}</div>
    </li>
  )
}
