import { Button, Skeleton } from '@mantine/core'
import type { OwnSession } from '@plenum/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useProblemText } from '../people/problem-text.ts'
import { useShownZone } from '../platform/preferences.ts'
import { Age } from '../ui/age.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import classes from './account.module.css'
import { ownSessionsQuery, useSecurityChanges } from './account-queries.ts'
import { deviceOf } from './device-of.ts'

const useDeviceName = (): ((session: OwnSession) => string) => {
  const { t } = useTranslation()
  return ({ user_agent }) => {
    const { browser, system } = deviceOf(user_agent ?? '')
    if (browser && system) return t('people.account.device', { browser, system })
    return browser ?? system ?? t('people.account.unknownDevice')
  }
}

interface RowProps {
  session: OwnSession
  onEnd: () => void
}

const Row = ({ session, onEnd }: RowProps) => {
  const { t } = useTranslation()
  const timeZone = useShownZone()
  const device = useDeviceName()(session)
  return (
    <li>
      <div>
        <b title={session.user_agent ?? undefined}>{device}</b>
        {session.current && <span className={classes.current}>{t('people.account.thisOne')}</span>}
        <small>
          <Age at={session.last_used_at} timeZone={timeZone} />
          {session.address && ` · ${session.address}`}
        </small>
      </div>
      {!session.current && (
        <Button variant="default" aria-label={t('people.account.endNamed', { device })} onClick={onEnd}>
          {t('people.account.end')}
        </Button>
      )}
    </li>
  )
}

/** Where somebody is signed in; what they do not know, they end. */
export const SessionSection = () => {
  const { t } = useTranslation()
  const problemText = useProblemText()
  const { data: sessions, error } = useQuery(ownSessionsQuery)
  const { endSession, endOthers } = useSecurityChanges()
  const problem = error ?? endSession.error ?? endOthers.error
  return (
    <section className={classes.section}>
      <h2>{t('people.account.sessions')}</h2>
      <p>{t('people.account.sessionsText')}</p>
      {sessions ? (
        <ul className={`${classes.sessions} ${classes.wide}`}>
          {sessions.map((session) => (
            <Row key={session.id} session={session} onEnd={() => endSession.mutate(session.id)} />
          ))}
        </ul>
      ) : (
        !error && <Skeleton height={56} />
      )}
      {problem && <ProblemNote error={problem} text={problemText(problem)} />}
      {(sessions?.length ?? 0) > 1 && (
        <Button variant="default" loading={endOthers.isPending} onClick={() => endOthers.mutate()}>
          {t('people.account.endOthers')}
        </Button>
      )}
    </section>
  )
}
