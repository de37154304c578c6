import { Button } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { ProblemError, UnreachableError } from '../platform/api.ts'
import classes from './trouble-notice.module.css'
import type { LoadedTrace } from './use-columns.ts'

interface TroubleNoticeProps {
  loaded: readonly LoadedTrace[]
  onShorter: () => void
}

/** Which words fit, and whether a shorter range would help. */
export const troubleOf = (error: Error) => {
  if (error instanceof UnreachableError) return { kind: 'unreachable', isTooMuch: false } as const
  if (!(error instanceof ProblemError)) return { kind: 'failed', isTooMuch: false } as const
  if (error.status === 408) return { kind: 'tooLong', isTooMuch: true } as const
  if (error.problem.code === 'presence_not_allowed') return { kind: 'withheld', isTooMuch: false } as const
  if (error.problem.code === 'history_too_costly') return { kind: 'tooCostly', isTooMuch: true } as const
  return { kind: error.status === 422 || error.status === 400 ? 'refused' : 'failed', isTooMuch: false } as const
}

/** What could not be loaded, for which sensors, and what to do about it. The lines that are there stay. */
export const TroubleNotice = ({ loaded, onShorter }: TroubleNoticeProps) => {
  const { t } = useTranslation()
  const failed = loaded.filter(({ error }) => error !== null)
  const error = failed[0]?.error
  if (!error) return null
  const { kind, isTooMuch } = troubleOf(error)
  const problem = error instanceof ProblemError ? error.problem : {}
  const names = failed.map(({ trace }) => trace.sensor.name).join(', ')
  const texts = {
    unreachable: [null, t('explorer.unreachable')],
    failed: [t('explorer.failedTitle'), t('explorer.failedText')],
    tooLong: [t('explorer.tooLongTitle'), t('explorer.tooLongText')],
    tooCostly: [t('explorer.tooCostlyTitle'), t('explorer.tooCostlyText')],
    withheld: [t('presence.title'), t('presence.why')],
    refused: [t('explorer.refusedTitle'), problem.detail ?? problem.title ?? ''],
  } as const
  const [title, text] = texts[kind]
  return (
    <section role="alert" className={classes.notice}>
      <IconAlertTriangle size={16} stroke={1.5} aria-hidden />
      <div>
        {title && <h2>{title}</h2>}
        <p>{text}</p>
        {failed.length < loaded.length && <p>{t('explorer.failedSensors', { names })}</p>}
        {problem.request_id && <p className={classes.reference}>{t('state.requestId', { id: problem.request_id })}</p>}
      </div>
      {kind !== 'unreachable' && (
        <div className={classes.actions}>
          {isTooMuch && (
            <Button variant="default" size="sm" onClick={onShorter}>
              {t('explorer.shorter')}
            </Button>
          )}
          <Button variant="default" size="sm" onClick={() => failed.forEach(({ retry }) => retry())}>
            {t('state.retry')}
          </Button>
        </div>
      )}
    </section>
  )
}
