import { Button, Skeleton } from '@mantine/core'
import type { Building, BuildingsDashboard } from '@plenum/contract'
import { useQuery } from '@tanstack/react-query'
import { Link, Navigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useShownZone } from '../platform/preferences.ts'
import { buildingsQuery } from '../registry/registry-queries.ts'
import { Age } from '../ui/age.tsx'
import { FailurePage } from '../ui/failure-page.tsx'
import { FrozenBanner } from '../ui/frozen-banner.tsx'
import { NoticePage } from '../ui/notice-page.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { StreamNote } from '../ui/stream-note.tsx'
import { Waiting } from '../ui/waiting.tsx'
import { ConditionMark } from './condition-mark.tsx'
import { buildingIntervalMs } from './dashboard-queries.ts'
import classes from './overview-page.module.css'
import { useLiveBuildings } from './use-live.ts'

type Summary = BuildingsDashboard['buildings'][number]

const BuildingState = ({ building }: { building: Summary }) => {
  const { t } = useTranslation()
  const timeZone = useShownZone(building.timezone)
  const { status, sensors, latest_timestamp } = building
  if (sensors === 0) return <span className={classes.state}>{t('building.noSensors')}</span>
  const counts = (['ok', 'stale', 'silent', 'disabled'] as const).filter((name) => name === 'ok' || status[name] > 0)
  return (
    <span className={classes.state}>
      {counts.map((name) => (
        <span key={name} className={classes.count} data-condition={name}>
          {name !== 'ok' && <ConditionMark condition={name} />}
          {t(`counted.${name}`, { count: status[name] })}
        </span>
      ))}
      {latest_timestamp && (
        <span className={classes.newest}>
          {t('building.newest')} <Age at={latest_timestamp} timeZone={timeZone} />
        </span>
      )}
    </span>
  )
}

const BuildingCard = ({ building }: { building: Building | Summary }) => (
  <li className={classes.card}>
    <h2>
      <Link to="/buildings/$buildingId" params={{ buildingId: String(building.id) }}>
        {building.name}
      </Link>
    </h2>
    {building.address && <p>{building.address}</p>}
    {'status' in building && <BuildingState building={building} />}
  </li>
)

/** Those that are summed up, and those beyond them, of which only the list tells. */
const cardsOf = (summed: BuildingsDashboard | undefined, listed: Building[]): (Building | Summary)[] => {
  if (!summed) return listed
  if (!summed.more) return summed.buildings
  const shown = new Set(summed.buildings.map(({ id }) => id))
  return [...summed.buildings, ...listed.filter(({ id }) => !shown.has(id))]
}

const BuildingCards = ({ listed }: { listed: Building[] }) => {
  const { t } = useTranslation()
  const { answer, stream } = useLiveBuildings()
  const timeZone = useShownZone()
  return (
    <>
      <PageHead title={t('overview.title')}>
        <StreamNote state={stream} everyS={buildingIntervalMs / 1_000} />
      </PageHead>
      <FrozenBanner error={answer.error} answeredAt={answer.dataUpdatedAt} timeZone={timeZone} />
      <ul className={classes.cards}>
        {cardsOf(answer.data, listed).map((building) => (
          <BuildingCard key={building.id} building={building} />
        ))}
      </ul>
    </>
  )
}

export const OverviewPage = () => {
  const { t } = useTranslation()
  const { data: buildings, error, refetch } = useQuery(buildingsQuery)

  if (!buildings && error) return <FailurePage error={error} onRetry={() => void refetch()} />
  const only = buildings?.length === 1 ? buildings[0] : undefined
  if (only) return <Navigate to="/buildings/$buildingId" params={{ buildingId: String(only.id) }} replace />
  if (buildings && buildings.length > 1) return <BuildingCards listed={buildings} />

  return (
    <>
      <PageHead title={t('overview.title')} />
      {buildings ? (
        <NoticePage title={t('overview.emptyTitle')} text={t('overview.emptyText')}>
          <Button component="a" href="/api/docs" variant="default">
            {t('overview.emptyAction')}
          </Button>
        </NoticePage>
      ) : (
        <Waiting>
          <div className={classes.cards}>
            {[0, 1, 2].map((card) => (
              <Skeleton key={card} height={94} radius="lg" />
            ))}
          </div>
        </Waiting>
      )}
    </>
  )
}
