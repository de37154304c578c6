import { VisuallyHidden } from '@mantine/core'
import type { BuildingDashboard } from '@plenum/contract'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { ConditionMark } from '../dashboard/condition-mark.tsx'
import classes from './navigation.module.css'

type BuildingFloor = BuildingDashboard['floors'][number]

/** The worse of what a floor may have; disabled sensors are somebody's decision, not trouble. */
const FloorTrouble = ({ status }: Pick<BuildingFloor, 'status'>) => {
  const { t } = useTranslation()
  const trouble = status.stale > 0 ? 'stale' : status.silent > 0 ? 'silent' : null
  if (!trouble) return null
  return (
    <span className={classes.trouble} title={t(`counted.${trouble}`, { count: status[trouble] })}>
      <ConditionMark condition={trouble} />
      <VisuallyHidden>{t(`condition.${trouble}`)}</VisuallyHidden>
    </span>
  )
}

interface FloorListProps {
  floors: readonly BuildingFloor[]
  currentId: number | undefined
  onNavigate: (() => void) | undefined
}

export const FloorList = ({ floors, currentId, onNavigate }: FloorListProps) => {
  const { t } = useTranslation()
  return (
    <ul className={classes.floors} aria-label={t('nav.floors')}>
      {floors.map(({ id, name, status }) => (
        <li key={id}>
          <Link
            to="/floors/$floorId"
            params={{ floorId: String(id) }}
            aria-current={id === currentId ? 'page' : undefined}
            onClick={onNavigate}
          >
            <span>{name}</span>
            <FloorTrouble status={status} />
          </Link>
        </li>
      ))}
    </ul>
  )
}
