import { IconLayoutDashboard, IconStack2 } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConditionMark } from '../dashboard/condition-mark.tsx'
import { buildingDashboardQuery } from '../dashboard/dashboard-queries.ts'
import { useCurrentBuildingId } from './current-building.ts'
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
  return data?.floors.toSorted((a, b) => b.level - a.level || a.id - b.id) ?? []
}

const useLastFloorId = () => {
  const { floorId }: { floorId?: string } = useParams({ strict: false })
  const [last, setLast] = useState<number>()
  useEffect(() => {
    if (floorId !== undefined) setLast(Number(floorId))
  }, [floorId])
  return { floorId: floorId === undefined ? undefined : Number(floorId), last }
}

/** Only pages that exist: the others join as they are built. */
export const Navigation = ({ onNavigate }: { onNavigate?: () => void }) => {
  const { t } = useTranslation()
  const buildingId = useCurrentBuildingId()
  const floors = useFloors(buildingId)
  const { floorId, last } = useLastFloorId()
  const opened = floorToOpen(floors, last)
  const isOnFloor = floorId !== undefined
  return (
    <nav className={classes.navigation} aria-label={t('app.navigation')} onClick={onNavigate}>
      <Link
        {...(buildingId === undefined
          ? { to: '/' as const }
          : { to: '/buildings/$buildingId' as const, params: { buildingId: String(buildingId) } })}
        className={classes.item}
        data-active={!isOnFloor || undefined}
      >
        <IconLayoutDashboard size={18} stroke={1.5} aria-hidden />
        {t('nav.overview')}
      </Link>
      {opened && (
        <Link
          to="/floors/$floorId"
          params={{ floorId: String(opened.id) }}
          className={classes.item}
          data-active={isOnFloor || undefined}
        >
          <IconStack2 size={18} stroke={1.5} aria-hidden />
          {t('nav.floors')}
        </Link>
      )}
      {floors.length > 0 && (
        <ul className={classes.floors} aria-label={t('nav.floors')}>
          {floors.map((floor) => {
            const trouble = floor.status.stale > 0 ? 'stale' : floor.status.silent > 0 ? 'silent' : null
            return (
              <li key={floor.id}>
                <Link
                  to="/floors/$floorId"
                  params={{ floorId: String(floor.id) }}
                  aria-current={floor.id === floorId ? 'page' : undefined}
                >
                  <span>{floor.name}</span>
                  {trouble && (
                    <span
                      role="img"
                      className={classes.trouble}
                      aria-label={t(`condition.${trouble}`)}
                      title={t(`counted.${trouble}`, { count: floor.status[trouble] })}
                    >
                      <ConditionMark condition={trouble} />
                    </span>
                  )}
                </Link>
              </li>
            )
          })}
        </ul>
      )}
    </nav>
  )
}
