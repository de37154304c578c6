import { VisuallyHidden } from '@mantine/core'
import type { DashboardSensor } from '@plenum/contract'
import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { KindIcon } from '../readings/kind-icon.tsx'
import { LiveValue } from '../readings/live-value.tsx'
import type { SparkSeries } from '../readings/spark-path.ts'
import { Sparkline } from '../readings/sparkline.tsx'
import { Age } from '../ui/age.tsx'
import { ConditionMark } from './condition-mark.tsx'
import { conditionOf } from './sensor-condition.ts'
import { sensorAnchor } from './sensor-anchor.ts'
import classes from './sensor-tile.module.css'

interface SensorTileProps {
  sensor: DashboardSensor
  series: SparkSeries | undefined
  buildingId: number
  timeZone: string
}

/** Mark, word and age. A sensor that is well shows no word, only its age; screen readers still hear it. */
const TileStatus = ({ sensor, timeZone }: Pick<SensorTileProps, 'sensor' | 'timeZone'>) => {
  const { t } = useTranslation()
  const condition = conditionOf(sensor)
  const isSuspectToo = condition === 'stale' && sensor.quality === 'suspect'
  const word = t(`condition.${condition}`)
  return (
    <p className={classes.status} title={condition === 'ok' ? undefined : t(`condition.${condition}_why`)}>
      <ConditionMark condition={condition} />
      {condition === 'ok' ? <VisuallyHidden>{word}</VisuallyHidden> : <strong>{word}</strong>}
      {isSuspectToo && <strong>{t('condition.suspect')}</strong>}
      {sensor.latest_timestamp ? (
        <Age at={sensor.latest_timestamp} timeZone={timeZone} />
      ) : (
        condition !== 'silent' && <span>{t('value.none')}</span>
      )}
      {condition === 'silent' && <span>{t('condition.silent_why')}</span>}
    </p>
  )
}

/**
 * One sensor: what it is, what it reads, how old that is, how the last hour went. Its name leads to its history. A suspect value is shown but
 * not drawn: one of -40 °C would flatten the hour into a line.
 */
export const SensorTile = memo(({ sensor, series, buildingId, timeZone }: SensorTileProps) => (
  <article
    id={sensorAnchor(sensor.sensor_id)}
    className={classes.tile}
    data-condition={conditionOf(sensor)}
    aria-label={sensor.name}
    tabIndex={-1}
  >
    <h3 className={classes.name} title={`${sensor.name}\n${sensor.sensor_key}`}>
      <KindIcon kind={sensor.sensor_type} />
      <Link
        to="/explorer"
        search={{ building: buildingId, sensors: String(sensor.sensor_id) }}
        className={classes.link}
      >
        {sensor.name}
      </Link>
    </h3>
    <div className={classes.reading}>
      <LiveValue value={sensor.latest_value} measured={sensor} />
      {series && (
        <Sparkline
          series={series}
          sensorType={sensor.sensor_type}
          newestAt={sensor.latest_timestamp}
          newestValue={sensor.quality === 'good' ? sensor.latest_value : null}
        />
      )}
    </div>
    <TileStatus sensor={sensor} timeZone={timeZone} />
  </article>
))
