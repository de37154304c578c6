import { useTranslation } from 'react-i18next'
import { ProblemError, UnreachableError } from '../platform/api.ts'
import classes from './problem-note.module.css'

interface ProblemNoteProps {
  error: Error
  /** What a caller can mend, in the reader's words. */
  text: string
  hint?: string | undefined
  id?: string
}

/** Why something that was asked for did not happen, beside what it was about. */
export const ProblemNote = ({ error, text, hint, id }: ProblemNoteProps) => {
  const { t } = useTranslation()
  const isBroken = error instanceof ProblemError && error.status >= 500
  const isUnreachable = error instanceof UnreachableError
  const requestId = isBroken ? error.problem.request_id : undefined
  return (
    <div role="alert" id={id} className={classes.problem}>
      <p>{isUnreachable ? t('state.unreachableTitle') : isBroken ? t('state.brokenTitle') : text}</p>
      {hint && !isBroken && !isUnreachable && <p className={classes.hint}>{hint}</p>}
      {requestId && <p className={classes.hint}>{t('state.requestId', { id: requestId })}</p>}
    </div>
  )
}
