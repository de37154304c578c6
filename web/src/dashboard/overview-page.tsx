import { Button, Skeleton } from '@mantine/core'
import type { Building } from '@plenum/contract'
import { useQuery } from '@tanstack/react-query'
import { Link, Navigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useShownZone } from '../platform/preferences.ts'
import { buildingsQuery } from '../registry/registry-queries.ts'
import { Age } from '../ui/age.tsx'
import { FailurePage } from '../ui/failure-page.tsx'
import { NoticePage } from '../ui/notice-page.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { Waiting } from '../ui/waiting.tsx'
import { buildingDashboardQuery } from './dashboard-queries.ts'
import { ConditionMark } from './condition-mark.tsx'
import classes from './overview-page.module.css'
import { addUpFloors } from './building-sum.ts'

/** The list is for choosing; a building's own page is the one that is watched. */
const summaryIntervalMs = 60_000

/** Summing up is a question a building; a longer list is left without. */
const mostSummaries = 40

const BuildingState = ({ building }: { building: Building }) => {
  const { t } = useTranslation()
  const { data } = useQuery({ ...buildingDashboardQuery(building.id), refetchInterval: summaryIntervalMs })
  const timeZone = useShownZone(building.timezone)
  if (!data) return null
  const { status, expected, newestAt } = addUpFloors(data.floors)
  if (expected + status.disabled === 0) return <span className={classes.state}>{t('building.noSensors')}</span>
  const counts = (['ok', 'stale', 'silent', 'disabled'] as const).filter((name) => name === 'ok' || status[name] > 0)
  return (
    <span className={classes.state}>
      {counts.map((name) => (
        <span key={name} className={classes.count} data-condition={name}>
          {name !== 'ok' && <ConditionMark condition={name} />}
          {t(`counted.${name}`, { count: status[name] })}
        </span>
      ))}
      {newestAt && (
        <span className={classes.newest}>
          {t('building.newest')} <Age at={newestAt} timeZone={timeZone} />
        </span>
      )}
    </span>
  )
}

const BuildingCard = ({ building, withState }: { building: Building; withState: boolean }) => (
  <li className={classes.card}>
    <h2>
      <Link to="/buildings/$buildingId" params={{ buildingId: String(building.id) }}>
        {building.name}
      </Link>
    </h2>
    {building.address && <p>{building.address}</p>}
    {withState && <BuildingState building={building} />}
  </li>
)

export const OverviewPage = () => {
  const { t } = useTranslation()
  const { data: buildings, error, refetch } = useQuery(buildingsQuery)

  if (!buildings && error) return <FailurePage error={error} onRetry={() => void refetch()} />
  const only = buildings?.length === 1 ? buildings[0] : undefined
  if (only) return <Navigate to="/buildings/$buildingId" params={{ buildingId: String(only.id) }} replace />

  return (
    <>
      <PageHead title={t('overview.title')} />
      {!buildings && (
        <Waiting>
          <div className={classes.cards}>
            {[0, 1, 2].map((card) => (
              <Skeleton key={card} height={94} radius="lg" />
            ))}
          </div>
        </Waiting>
      )}
      {buildings?.length === 0 && (
        <NoticePage title={t('overview.emptyTitle')} text={t('overview.emptyText')}>
          <Button component="a" href="/api/docs" variant="default">
            {t('overview.emptyAction')}
          </Button>
        </NoticePage>
      )}
      {buildings && buildings.length > 1 && (
        <ul className={classes.cards}>
          {buildings.map((building) => (
            <BuildingCard key={building.id} building={building} withState={buildings.length <= mostSummaries} />
          ))}
        </ul>
      )}
    </>
  )
}
