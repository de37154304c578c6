import { Button, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignInProblem } from '../auth/sign-in-problem.ts'
import { exactDay } from '../platform/dates.ts'
import { useLanguage } from '../platform/language.ts'
import { useShownZone } from '../platform/preferences.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import classes from './account.module.css'
import { ProofDialog } from './two-factor-proof.tsx'
import { twoFactorQuery } from './two-factor-queries.ts'
import { TwoFactorSetupDialog } from './two-factor-setup.tsx'

/** From here on it is said that they run out. */
const few = 3

export const TwoFactorSection = () => {
  const { t } = useTranslation()
  const language = useLanguage()
  const timeZone = useShownZone()
  const problemText = useSignInProblem()
  const { data: status, error } = useQuery(twoFactorQuery)
  const [dialog, setDialog] = useState<'setup' | 'turnOff' | 'renew' | null>(null)
  const close = () => setDialog(null)
  const { enabled_at: since, recovery_codes_left: count = 0 } = status ?? {}
  return (
    <section className={classes.section}>
      <h2>{t('twoFactor.title')}</h2>
      {since ? (
        <>
          <p>{t('twoFactor.onText', { date: exactDay(new Date(since), language, timeZone), count })}</p>
          {count <= few && <output>{t('twoFactor.fewLeft')}</output>}
          <div className={classes.actions}>
            <Button variant="default" onClick={() => setDialog('renew')}>
              {t('twoFactor.renew')}
            </Button>
            <Button variant="default" c="var(--critical)" onClick={() => setDialog('turnOff')}>
              {t('twoFactor.turnOff')}
            </Button>
          </div>
        </>
      ) : status ? (
        <>
          <p>{`${t('twoFactor.offText')} ${t('twoFactor.keys')}`}</p>
          <Button onClick={() => setDialog('setup')}>{t('twoFactor.turnOn')}</Button>
        </>
      ) : (
        !error && <Skeleton height={56} />
      )}
      {error && <ProblemNote error={error} text={problemText(error)} />}
      {dialog === 'setup' && <TwoFactorSetupDialog onClose={close} />}
      {(dialog === 'turnOff' || dialog === 'renew') && <ProofDialog action={dialog} onClose={close} />}
    </section>
  )
}
