import { useRouter } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemError } from '../platform/api.ts'
import { FailurePage } from '../ui/failure-page.tsx'
import { Wordmark } from '../ui/wordmark.tsx'
import classes from './outside-pages.module.css'

/** Pages without the frame of the signed-in ones: it needs to know who is signed in, and here that is not known. */
const Outside = ({ children }: { children?: ReactNode }) => (
  <main className={classes.outside}>
    <Wordmark />
    {children}
  </main>
)

/** Only seen when the first answer takes long. */
export const FirstWait = () => {
  const { t } = useTranslation()
  return (
    <Outside>
      <output className={classes.wait}>{t('state.loading')}</output>
    </Outside>
  )
}

export const BrokenPage = ({ error }: { error: unknown }) => {
  const router = useRouter()
  return (
    <Outside>
      <FailurePage error={error} onRetry={() => void router.invalidate()} />
    </Outside>
  )
}

export const UnknownAddressPage = () => (
  <Outside>
    <FailurePage error={new ProblemError(404, {})} />
  </Outside>
)
