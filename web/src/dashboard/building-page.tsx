import { Skeleton } from '@mantine/core'
import type { BuildingDashboard } from '@plenum/contract'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { isWithdrawn } from '../platform/api.ts'
import { useShownZone } from '../platform/preferences.ts'
import { buildingsQuery } from '../registry/registry-queries.ts'
import { FailurePage } from '../ui/failure-page.tsx'
import { FrozenBanner } from '../ui/frozen-banner.tsx'
import { NoticePage } from '../ui/notice-page.tsx'
import { type Crumb, PageHead } from '../ui/page-head.tsx'
import { StreamNote } from '../ui/stream-note.tsx'
import { Waiting } from '../ui/waiting.tsx'
import { ZoneNote } from '../ui/zone-note.tsx'
import { addUpFloors } from './building-sum.ts'
import { buildingIntervalMs } from './dashboard-queries.ts'
import { FloorTable } from './floor-table.tsx'
import { useLiveBuilding } from './use-live.ts'

const rows = Array.from({ length: 8 }, (_, index) => index)

const BuildingSkeleton = () => (
  <Waiting>
    <PageHead title={undefined} />
    <Skeleton height={33} mb={4} radius="lg" />
    {rows.map((row) => (
      <Skeleton key={row} height={52} mb={4} radius="lg" />
    ))}
  </Waiting>
)

const Summary = ({ floors }: Pick<BuildingDashboard, 'floors'>) => {
  const { t } = useTranslation()
  const { status, expected } = addUpFloors(floors)
  return expected > 0 && <span>{t('building.summary', { ok: status.ok, count: expected })}</span>
}

export const BuildingPage = () => {
  const { t } = useTranslation()
  const buildingId = Number(useParams({ from: '/signed-in/buildings/$buildingId' }).buildingId)
  const { answer, stream } = useLiveBuilding(buildingId)
  const { data, error, dataUpdatedAt, refetch } = answer
  const { data: buildings = [] } = useQuery(buildingsQuery)
  const timeZone = useShownZone(data?.building.timezone)
  const crumbs: Crumb[] = buildings.length > 1 ? [{ name: t('overview.title'), link: { to: '/' } }] : []

  if (error && (!data || isWithdrawn(error))) return <FailurePage error={error} onRetry={() => void refetch()} />
  if (!data) return <BuildingSkeleton />

  const { building, floors, generated_at } = data
  return (
    <>
      <PageHead title={building.name} crumbs={crumbs}>
        <StreamNote state={stream} everyS={buildingIntervalMs / 1_000} />
        <Summary floors={floors} />
        <ZoneNote timeZone={timeZone} at={generated_at} />
      </PageHead>
      <FrozenBanner error={error} answeredAt={dataUpdatedAt} timeZone={timeZone} />
      {floors.length === 0 ? (
        <NoticePage title={t('building.emptyTitle')} text={t('building.emptyText')} />
      ) : (
        <FloorTable floors={floors} timeZone={timeZone} />
      )}
    </>
  )
}
