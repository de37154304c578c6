import type { DashboardSensor } from '@plenum/contract'
import { useTranslation } from 'react-i18next'
import type { SparkSeries } from '../readings/spark-path.ts'
import { ConditionMark } from './condition-mark.tsx'
import { conditions, countConditions } from './sensor-condition.ts'
import type { SensorGroup } from './sensor-groups.ts'
import classes from './sensor-sections.module.css'
import { SensorTile } from './sensor-tile.tsx'

/** What is not well in a group, so that its heading can be read alone. */
const GroupTroubles = ({ sensors }: { sensors: readonly DashboardSensor[] }) => {
  const { t } = useTranslation()
  const counts = countConditions(sensors)
  return conditions
    .filter((condition) => condition !== 'ok' && counts[condition] > 0)
    .map((condition) => (
      <span key={condition} className={classes.trouble}>
        <ConditionMark condition={condition} />
        {t(`counted.${condition}`, { count: counts[condition] })}
      </span>
    ))
}

const useGroupTitle = () => {
  const { t } = useTranslation()
  return ({ title }: SensorGroup) => {
    if (title === null) return t('floor.all')
    return 'kind' in title ? t(`kinds.${title.kind}`) : (title.zone ?? t('floor.noZone'))
  }
}

interface SensorSectionsProps {
  groups: readonly SensorGroup[]
  series: ReadonlyMap<number, SparkSeries>
  buildingId: number
  timeZone: string
}

export const SensorSections = ({ groups, series, buildingId, timeZone }: SensorSectionsProps) => {
  const { t } = useTranslation()
  const titleOf = useGroupTitle()
  return groups.map((group) => (
    <section key={group.key} className={classes.group} aria-label={titleOf(group)}>
      <header className={classes.heading}>
        <h2>{titleOf(group)}</h2>
        <span>{t('floor.sensors', { count: group.sensors.length })}</span>
        <GroupTroubles sensors={group.sensors} />
      </header>
      <div className={classes.tiles}>
        {group.sensors.map((sensor) => (
          <SensorTile
            key={sensor.sensor_id}
            sensor={sensor}
            series={series.get(sensor.sensor_id)}
            buildingId={buildingId}
            timeZone={timeZone}
          />
        ))}
      </div>
    </section>
  ))
}
