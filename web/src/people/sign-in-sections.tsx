import { Button } from '@mantine/core'
import type { User } from '@plenum/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { sessionQuery } from '../auth/session.ts'
import { useSignInProblem } from '../auth/sign-in-problem.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import classes from './drawer-form.module.css'
import { usePeopleChanges } from './people-queries.ts'

interface SectionProps {
  user: User
}

/** For somebody who has lost the app and all recovery codes. */
export const TwoFactorReset = ({ user }: SectionProps) => {
  const { t } = useTranslation()
  const problemText = useSignInProblem()
  const { data: session } = useQuery(sessionQuery)
  const { resetTwoFactor } = usePeopleChanges()
  if (!user.two_factor) return null
  const isOwn = session?.user?.id === user.id
  return (
    <section className={classes.section}>
      <h3>{t('twoFactor.person.title')}</h3>
      <p>{t(isOwn ? 'twoFactor.person.own' : 'twoFactor.person.text')}</p>
      {!isOwn && (
        <Button variant="default" loading={resetTwoFactor.isPending} onClick={() => resetTwoFactor.mutate(user.id)}>
          {t('twoFactor.person.reset')}
        </Button>
      )}
      {resetTwoFactor.error && <ProblemNote error={resetTwoFactor.error} text={problemText(resetTwoFactor.error)} />}
    </section>
  )
}

/** For somebody who has another account at the provider now. */
export const SingleSignOnConnection = ({ user }: SectionProps) => {
  const { t } = useTranslation()
  const problemText = useSignInProblem()
  const { disconnect } = usePeopleChanges()
  if (!user.single_sign_on) return null
  return (
    <section className={classes.section}>
      <h3>{t('twoFactor.person.connected')}</h3>
      <p>{t('twoFactor.person.connectedText')}</p>
      <Button variant="default" loading={disconnect.isPending} onClick={() => disconnect.mutate(user.id)}>
        {t('twoFactor.person.disconnect')}
      </Button>
      {disconnect.error && <ProblemNote error={disconnect.error} text={problemText(disconnect.error)} />}
    </section>
  )
}
