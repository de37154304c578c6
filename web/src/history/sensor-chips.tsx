import { Button } from '@mantine/core'
import type { Sensor } from '@plenum/contract'
import { Link } from '@tanstack/react-router'
import { IconPlus, IconX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { sensorAnchor } from '../dashboard/sensor-anchor.ts'
import { KindIcon } from '../readings/kind-icon.tsx'
import { mostSensors } from './explorer-search.ts'
import type { Trace } from './panels.ts'
import classes from './sensor-chips.module.css'
import { TraceMark } from './trace-mark.tsx'

interface ChipProps {
  label: string
  onRemove: () => void
  children: ReactNode
}

const Chip = ({ label, onRemove, children }: ChipProps) => {
  const { t } = useTranslation()
  return (
    <li className={classes.chip}>
      {children}
      <button
        type="button"
        aria-label={t('explorer.remove', { name: label })}
        title={t('explorer.remove', { name: label })}
        onClick={onRemove}
      >
        <IconX size={14} stroke={1.5} aria-hidden />
      </button>
    </li>
  )
}

/** To its tile on the floor: where it is, and how it is now. */
const FloorLink = ({ trace: { sensor, floorName } }: { trace: Trace }) => {
  const { t } = useTranslation()
  return (
    <Link
      to="/floors/$floorId"
      params={{ floorId: String(sensor.floor_id) }}
      hash={sensorAnchor(sensor.id)}
      className={classes.floor}
      aria-label={t('explorer.onFloor', { name: sensor.name, floor: floorName })}
      title={t('explorer.onFloor', { name: sensor.name, floor: floorName })}
    >
      {floorName}
    </Link>
  )
}

interface SensorChipsProps {
  sensorIds: readonly number[]
  traces: readonly Trace[]
  withheldById: ReadonlyMap<number, Sensor>
  /** Sensors are known, so one that is missing does not exist. */
  isKnown: boolean
  onRemove: (sensorId: number) => void
  onRemoveAll: () => void
  onChoose: () => void
  /** What else can be done with them. */
  children?: ReactNode
}

/** The chosen sensors with their colours. */
export const SensorChips = (props: SensorChipsProps) => {
  const { sensorIds, traces, withheldById, isKnown, onRemove, onRemoveAll, onChoose, children } = props
  const { t } = useTranslation()
  return (
    <div className={classes.choice}>
      <ul className={classes.chips} aria-label={t('explorer.sensors')}>
        {sensorIds.map((id) => {
          const trace = traces.find(({ sensor }) => sensor.id === id)
          if (!trace && !isKnown) return <li key={id} className={`${classes.chip} ${classes.unknown}`} />
          const withheld = withheldById.get(id)
          const name =
            trace?.sensor.name ??
            (withheld
              ? t('explorer.withheldSensor', { name: withheld.name })
              : t('explorer.unknownSensor', { id: String(id) }))
          return (
            <Chip key={id} label={name} onRemove={() => onRemove(id)}>
              {trace && <TraceMark trace={trace} />}
              {trace && <KindIcon kind={trace.sensor.sensor_type} />}
              <span className={classes.name} title={trace ? `${name}\n${trace.sensor.sensor_key}` : undefined}>
                {name}
              </span>
              {trace && <FloorLink trace={trace} />}
            </Chip>
          )
        })}
      </ul>
      <div className={classes.actions}>
        <Button
          variant="default"
          size="sm"
          leftSection={<IconPlus size={16} stroke={1.5} aria-hidden />}
          onClick={onChoose}
        >
          {t('explorer.choose')}
        </Button>
        {sensorIds.length > 1 && (
          <Button variant="subtle" color="gray" size="sm" onClick={onRemoveAll}>
            {t('explorer.removeAll')}
          </Button>
        )}
        {children}
        {sensorIds.length >= mostSensors && (
          <span className={classes.full}>{t('explorer.full', { most: mostSensors })}</span>
        )}
      </div>
    </div>
  )
}
