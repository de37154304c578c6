import { IconChartLine, IconLayoutDashboard, IconStack2 } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useLocation, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { buildingDashboardQuery } from '../dashboard/dashboard-queries.ts'
import { fromTop } from '../dashboard/floor-order.ts'
import { AdminList } from './admin-list.tsx'
import { useCurrentBuildingId } from './current-building.ts'
import { FloorList } from './floor-list.tsx'
import { floorToOpen } from './floor-to-open.ts'
import classes from './navigation.module.css'

/** The list is for finding the way; the building's own page is fresher. */
const floorsIntervalMs = 30_000

const useFloors = (buildingId: number | undefined) => {
  const { data } = useQuery({
    ...buildingDashboardQuery(buildingId ?? 0),
    enabled: buildingId !== undefined,
    refetchInterval: floorsIntervalMs,
  })
  return fromTop(data?.floors ?? [])
}

const useFloorIds = () => {
  const params: { floorId?: string } = useParams({ strict: false })
  const floorId = params.floorId === undefined ? undefined : Number(params.floorId)
  const [lastId, setLastId] = useState(floorId)
  if (floorId !== undefined && floorId !== lastId) setLastId(floorId)
  return { floorId, lastId }
}

/** Only pages that exist: the others join as they are built. */
export const Navigation = ({ onNavigate }: { onNavigate?: (() => void) | undefined }) => {
  const { t } = useTranslation()
  const buildingId = useCurrentBuildingId()
  const floors = useFloors(buildingId)
  const { floorId, lastId } = useFloorIds()
  const opened = floorToOpen(floors, lastId)
  const isOnFloor = floorId !== undefined
  const path = useLocation({ select: ({ pathname }) => pathname })
  const isOnExplorer = path === '/explorer'
  const isOnOverview = !isOnFloor && !isOnExplorer && !path.startsWith('/admin') && !path.startsWith('/account')
  return (
    <nav className={classes.navigation} aria-label={t('app.navigation')}>
      <Link
        {...(buildingId === undefined
          ? { to: '/' as const }
          : { to: '/buildings/$buildingId' as const, params: { buildingId: String(buildingId) } })}
        className={classes.item}
        onClick={onNavigate}
        data-active={isOnOverview || undefined}
      >
        <IconLayoutDashboard size={18} stroke={1.5} aria-hidden />
        {t('nav.overview')}
      </Link>
      {opened && (
        <Link
          to="/floors/$floorId"
          params={{ floorId: String(opened.id) }}
          className={classes.item}
          onClick={onNavigate}
          data-active={isOnFloor || undefined}
        >
          <IconStack2 size={18} stroke={1.5} aria-hidden />
          {t('nav.floors')}
        </Link>
      )}
      {floors.length > 0 && <FloorList floors={floors} currentId={floorId} onNavigate={onNavigate} />}
      <Link
        to="/explorer"
        search={buildingId === undefined ? {} : { building: buildingId }}
        className={classes.item}
        onClick={onNavigate}
        data-active={isOnExplorer || undefined}
      >
        <IconChartLine size={18} stroke={1.5} aria-hidden />
        {t('nav.explorer')}
      </Link>
      <AdminList onNavigate={onNavigate} />
    </nav>
  )
}
