import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemError, UnreachableError } from '../platform/api.ts'
import { NoticePage } from './notice-page.tsx'

interface FailurePageProps {
  error: unknown
  onRetry?: () => void
}

const wordsFor = (error: unknown) => {
  if (error instanceof UnreachableError) return 'unreachable'
  if (!(error instanceof ProblemError)) return 'crash'
  if (error.status === 404) return 'missing'
  return error.status === 403 ? 'forbidden' : 'broken'
}

const retryIntervalMs = 5_000

/** A server that was away is asked again without anybody pressing a button. */
const useRetryWhile = (isAway: boolean, retry: (() => void) | undefined) => {
  const latest = useRef(retry)
  useEffect(() => {
    latest.current = retry
  })
  useEffect(() => {
    if (!isAway) return
    const timer = setInterval(() => latest.current?.(), retryIntervalMs)
    return () => clearInterval(timer)
  }, [isAway])
}

/** What happened, what was kept and what to do, for anything that kept a page from being shown. */
export const FailurePage = ({ error, onRetry }: FailurePageProps) => {
  const { t } = useTranslation()
  const words = wordsFor(error)
  useRetryWhile(words === 'unreachable', onRetry)
  const requestId = error instanceof ProblemError ? error.problem.request_id : undefined
  const title = words === 'crash' ? t('state.brokenTitle') : t(`state.${words}Title`)
  return (
    <NoticePage
      alert
      isWholePage
      title={title}
      text={t(`state.${words}Text`)}
      reference={requestId && t('state.requestId', { id: requestId })}
    >
      {onRetry && words !== 'missing' && (
        <Button variant="default" onClick={onRetry}>
          {t('state.retry')}
        </Button>
      )}
      {words !== 'unreachable' && (
        <Button variant="default" renderRoot={(props) => <Link to="/" {...props} />}>
          {t('state.toOverview')}
        </Button>
      )}
    </NoticePage>
  )
}
