import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import outside from '../auth/outside-card.module.css'
import { OutsideCard } from '../auth/outside-card.tsx'
import { ProblemError } from '../platform/api.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useProblemText } from './problem-text.ts'

interface DeadLinkProps {
  kind: 'accept' | 'reset'
  error: Error
  onRetry: () => void
}

/** A link that opens nothing says what to do next; one that could not be looked at is tried again. */
export const DeadLink = ({ kind, error, onRetry }: DeadLinkProps) => {
  const { t } = useTranslation()
  const problemText = useProblemText()
  const isDead = error instanceof ProblemError && [400, 404].includes(error.status)
  return (
    <OutsideCard title={t(`people.${kind}.${isDead ? 'deadTitle' : 'title'}`)}>
      {isDead ? (
        <>
          <p className={outside.text}>{t(`people.${kind}.deadText`)}</p>
          <Button variant="default" renderRoot={(props) => <Link to="/sign-in" {...props} />}>
            {t('people.signIn')}
          </Button>
        </>
      ) : (
        <>
          <ProblemNote error={error} text={problemText(error)} />
          <Button variant="default" onClick={onRetry}>
            {t('state.retry')}
          </Button>
        </>
      )}
    </OutsideCard>
  )
}
