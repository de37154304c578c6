import { SegmentedControl, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isAdministrator, sessionQuery } from '../auth/session.ts'
import { isWithdrawn, ProblemError } from '../platform/api.ts'
import { useShownZone } from '../platform/preferences.ts'
import { FailurePage } from '../ui/failure-page.tsx'
import { FrozenBanner } from '../ui/frozen-banner.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { Waiting } from '../ui/waiting.tsx'
import { ZoneNote } from '../ui/zone-note.tsx'
import { ConditionList } from './condition-list.tsx'
import { conditionsOf } from './conditions.ts'
import classes from './system-page.module.css'
import { SystemParts } from './system-parts.tsx'
import { systemHistoryQuery, systemStateQuery } from './system-queries.ts'
import { hoursOf, systemHours, usualHours } from './system-search.ts'

const skeletons = [220, 320, 200, 260]

/** How far back the charts go; the address has it. */
const HoursChoice = () => {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { hours = usualHours } = useSearch({ from: '/signed-in/admin/system' })
  const show = (chosen: string) => {
    const next = hoursOf(chosen)
    void navigate({
      to: '/admin/system',
      search: next === usualHours ? {} : { hours: next },
      replace: true,
      resetScroll: false,
    })
  }
  return (
    <SegmentedControl
      aria-label={t('system.range')}
      data={systemHours.map((choice) => ({ value: String(choice), label: t('system.hours', { count: choice }) }))}
      value={String(hours)}
      onChange={show}
      classNames={{ label: classes.choice }}
    />
  )
}

/** How the installation runs, for those who look after it. */
export const SystemPage = () => {
  const { t } = useTranslation()
  const timeZone = useShownZone()
  const { hours = usualHours } = useSearch({ from: '/signed-in/admin/system' })
  const { data: session } = useQuery(sessionQuery)
  const now = useQuery(systemStateQuery)
  const history = useQuery(systemHistoryQuery(hours))
  const [cursor, setCursor] = useState<number | null>(null)
  if (session?.user && !isAdministrator(session.user.role)) return <FailurePage error={new ProblemError(403, {})} />
  const error = now.error ?? history.error
  const isLoaded = now.data !== undefined && history.data !== undefined
  if (error && (!isLoaded || isWithdrawn(error))) {
    const retry = () => void Promise.all([now.refetch(), history.refetch()])
    return <FailurePage error={error} onRetry={retry} />
  }
  const conditions = now.data && conditionsOf(now.data)
  return (
    <>
      <PageHead title={t('system.title')} crumbs={[{ name: t('nav.admin'), link: { to: '/admin' } }]}>
        <div className={classes.head}>
          {now.data && <ZoneNote timeZone={timeZone} at={now.data.at} />}
          <HoursChoice />
        </div>
      </PageHead>
      {isLoaded && <FrozenBanner error={error} answeredAt={now.dataUpdatedAt} timeZone={timeZone} />}
      {!isLoaded && (
        <Waiting>
          {skeletons.map((height) => (
            <Skeleton key={height} height={height} mb={16} radius="lg" />
          ))}
        </Waiting>
      )}
      {conditions && history.data && (
        <>
          <ConditionList conditions={conditions} />
          <SystemParts
            state={now.data}
            history={history.data}
            conditions={conditions}
            timeZone={timeZone}
            cursor={cursor}
            onCursor={setCursor}
          />
        </>
      )}
    </>
  )
}
