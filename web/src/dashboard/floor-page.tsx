import { useQuery } from '@tanstack/react-query'
import { useLocation, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { isWithdrawn } from '../platform/api.ts'
import { useLanguage } from '../platform/language.ts'
import { useShownZone } from '../platform/preferences.ts'
import { buildingsQuery, zonesOfFloorQuery } from '../registry/registry-queries.ts'
import { FailurePage } from '../ui/failure-page.tsx'
import { FrozenBanner } from '../ui/frozen-banner.tsx'
import { NoticePage } from '../ui/notice-page.tsx'
import { type Crumb, PageHead } from '../ui/page-head.tsx'
import { StreamNote } from '../ui/stream-note.tsx'
import { ZoneNote } from '../ui/zone-note.tsx'
import { floorIntervalMs } from './dashboard-queries.ts'
import { FloorFilters } from './floor-filters.tsx'
import type { FloorSearch } from './floor-search.ts'
import { FloorSkeleton } from './floor-skeleton.tsx'
import { NothingFound } from './nothing-found.tsx'
import { filterSensors } from './sensor-filter.ts'
import { groupSensors } from './sensor-groups.ts'
import { SensorSections } from './sensor-sections.tsx'
import { useSparkSeries } from './spark-series.ts'
import { useLiveFloor } from './use-live.ts'

/** "Buildings" stands first only where there are several. */
const useCrumbs = (buildingId: number | undefined): Crumb[] => {
  const { t } = useTranslation()
  const { data: buildings = [] } = useQuery(buildingsQuery)
  const building = buildings.find(({ id }) => id === buildingId)
  const all: Crumb[] = buildings.length > 1 ? [{ name: t('overview.title'), link: { to: '/' } }] : []
  if (!building) return all
  const link: Crumb['link'] = { to: '/buildings/$buildingId', params: { buildingId: String(building.id) } }
  return [...all, { name: building.name, link }]
}

/** An address with `#sensor-17` leads to that tile, once there are tiles. */
const useScrollToSensor = (isDrawn: boolean) => {
  const hash = useLocation({ select: (location) => location.hash })
  useEffect(() => {
    if (!isDrawn || hash === '') return
    const tile = document.getElementById(hash)
    tile?.scrollIntoView({ block: 'center' })
    tile?.focus({ preventScroll: true })
  }, [hash, isDrawn])
}

const noZones: never[] = []

export const FloorPage = () => {
  const { t } = useTranslation()
  const language = useLanguage()
  const navigate = useNavigate()
  const floorId = Number(useParams({ from: '/signed-in/floors/$floorId' }).floorId)
  const search = useSearch({ from: '/signed-in/floors/$floorId' })
  const { answer, stream } = useLiveFloor(floorId)
  const { data, error, dataUpdatedAt, refetch } = answer
  const { data: zones = noZones } = useQuery(zonesOfFloorQuery(floorId))
  const series = useSparkSeries(floorId)
  const crumbs = useCrumbs(data?.floor.building_id)
  const groups = useMemo(
    () => groupSensors(filterSensors(data?.sensors ?? [], search), search.group ?? 'zone', zones, language),
    [data?.sensors, search, zones, language],
  )
  const timeZone = useShownZone(data?.floor.timezone)
  useScrollToSensor(data !== undefined)

  if (error && (!data || isWithdrawn(error))) return <FailurePage error={error} onRetry={() => void refetch()} />
  if (!data) return <FloorSkeleton />

  const { floor, sensors, withheld, generated_at } = data
  const show = (next: FloorSearch) => {
    void navigate({ to: '/floors/$floorId', params: { floorId: String(floorId) }, search: next, replace: true })
  }
  return (
    <>
      <PageHead title={floor.name} crumbs={crumbs}>
        <StreamNote state={stream} everyS={floorIntervalMs / 1_000} />
        <span>{t('floor.sensors', { count: sensors.length })}</span>
        {withheld > 0 && <span title={t('presence.why')}>{t('floor.withheld', { count: withheld })}</span>}
        <ZoneNote timeZone={timeZone} at={generated_at} />
      </PageHead>
      <FrozenBanner error={error} answeredAt={dataUpdatedAt} timeZone={timeZone} />
      {sensors.length === 0 && withheld > 0 && <NoticePage title={t('presence.title')} text={t('presence.why')} />}
      {sensors.length === 0 && withheld === 0 && (
        <NoticePage title={t('floor.emptyTitle')} text={t('floor.emptyText')} />
      )}
      {sensors.length > 0 && (
        <>
          <FloorFilters sensors={sensors} zones={zones} search={search} onChange={show} />
          {groups.length === 0 && <NothingFound sensors={sensors} zones={zones} search={search} onChange={show} />}
          <SensorSections groups={groups} series={series} buildingId={floor.building_id} timeZone={timeZone} />
        </>
      )}
    </>
  )
}
