import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { ProblemNote } from '../ui/problem-note.tsx'
import classes from './outside-card.module.css'
import { beginSingleSignOn, waysQuery } from './session.ts'
import { useSignInProblem } from './sign-in-problem.ts'

/** Where the installation has an OpenID provider. @param next an address of this site */
export const SingleSignOnButton = ({ next }: { next: string }) => {
  const { t } = useTranslation()
  const problemText = useSignInProblem()
  const { data: ways } = useQuery(waysQuery)
  const go = useMutation({
    mutationFn: () => beginSingleSignOn(next),
    onSuccess: (url) => window.location.assign(url),
  })
  if (!ways?.single_sign_on) return null
  return (
    <>
      <span className={classes.or}>{t('twoFactor.singleSignOn.or')}</span>
      <Button variant="default" fullWidth loading={go.isPending || go.isSuccess} onClick={() => go.mutate()}>
        {t('twoFactor.singleSignOn.with', { name: ways.single_sign_on.name })}
      </Button>
      {go.error && <ProblemNote error={go.error} text={problemText(go.error)} />}
    </>
  )
}
