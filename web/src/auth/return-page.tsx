import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemNote } from '../ui/problem-note.tsx'
import { CodeStep } from './code-step.tsx'
import classes from './outside-card.module.css'
import { OutsideCard } from './outside-card.tsx'
import { returnAddress } from './return-address.ts'
import { finishSingleSignOn } from './session.ts'
import { useSignInProblem } from './sign-in-problem.ts'

/** Where the OpenID provider sends people back to; what it said is worth something once. */
export const ReturnPage = () => {
  const { t } = useTranslation()
  const client = useQueryClient()
  const router = useRouter()
  const problemText = useSignInProblem()
  const go = (next: unknown) => router.history.replace(returnAddress(next))
  const { mutate, data, error } = useMutation({
    mutationFn: (search: string) => finishSingleSignOn(client, search),
    onSuccess: ({ needsCode, next }) => {
      if (!needsCode) go(next)
    },
  })
  const isAsked = useRef(false)
  useEffect(() => {
    if (isAsked.current) return
    isAsked.current = true
    mutate(window.location.search)
  }, [mutate])

  if (data?.needsCode) {
    return <CodeStep onDone={() => go(data.next)} onAgain={() => router.history.replace('/sign-in')} />
  }
  if (!error) {
    return (
      <OutsideCard title={t('signIn.title')}>
        <output className={classes.text}>{t('twoFactor.singleSignOn.waiting')}</output>
      </OutsideCard>
    )
  }
  return (
    <OutsideCard title={t('twoFactor.singleSignOn.failedTitle')}>
      <ProblemNote error={error} text={problemText(error)} />
      <Button renderRoot={(props) => <Link to="/sign-in" {...props} />}>{t('twoFactor.singleSignOn.back')}</Button>
    </OutsideCard>
  )
}
