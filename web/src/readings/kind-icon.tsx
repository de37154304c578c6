import { VisuallyHidden } from '@mantine/core'
import type { SensorType } from '@plenum/contract'
import {
  IconBolt,
  IconBulb,
  IconCloud,
  IconDoor,
  IconDroplet,
  IconDropletHalf,
  IconFlask,
  IconGauge,
  IconGrain,
  IconPlugConnected,
  IconRun,
  IconTemperature,
  IconUsers,
  IconVolume,
  IconWind,
} from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

const icons: Record<SensorType, typeof IconBolt> = {
  temperature: IconTemperature,
  humidity: IconDropletHalf,
  co2: IconCloud,
  illuminance: IconBulb,
  motion: IconRun,
  occupancy: IconUsers,
  power: IconBolt,
  energy: IconPlugConnected,
  water: IconDroplet,
  pressure: IconGauge,
  air_flow: IconWind,
  pm2_5: IconGrain,
  tvoc: IconFlask,
  noise: IconVolume,
  contact: IconDoor,
}

/** The kind of a sensor at a glance; its name is read out and shown on hover. */
export const KindIcon = ({ kind }: { kind: SensorType }) => {
  const { t } = useTranslation()
  const Icon = icons[kind]
  const name = t(`kinds.${kind}`)
  return (
    <span title={name} style={{ display: 'inline-flex', flex: 'none' }}>
      <Icon size={14} stroke={1.5} aria-hidden />
      <VisuallyHidden>{name} </VisuallyHidden>
    </span>
  )
}
