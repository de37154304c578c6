import type { SystemState } from '@plenum/contract'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Age } from '../ui/age.tsx'
import type { Level } from './conditions.ts'
import { useFigures } from './figures.ts'
import { type Fact, Facts, Missing, SystemSection } from './system-section.tsx'

interface StorageSectionProps {
  state: SystemState
  level: Level
  timeZone: string
  children: ReactNode
}

/** What readings take on disk, and which days wait to be sealed. */
export const StorageSection = ({ state: { measured, instances }, level, timeZone, children }: StorageSectionProps) => {
  const { t } = useTranslation()
  const { bytes, count } = useFigures()
  const size = (value: number | null): string => (value === null ? t('system.storage.notPermitted') : bytes(value))
  const disk = instances.value?.find(({ figures }) => figures.disk !== null)?.figures.disk
  const { value } = measured
  const sealing = value?.sealing
  const toSeal = sealing
    ? sealing.is_more
      ? t('system.storage.more', { count: sealing.sensor_days })
      : sealing.sensor_days === 0
        ? t('system.storage.nothing')
        : count(sealing.sensor_days)
    : t('system.storage.notCounted')
  const measuredFacts: (Fact | undefined)[] = value
    ? [
        [t('system.storage.database'), size(value.database_bytes)],
        [t('system.storage.hot'), size(value.hot_bytes)],
        [t('system.storage.segments'), size(value.segment_bytes)],
        [t('system.storage.wal'), size(value.wal_bytes)],
        [t('system.storage.toSeal'), toSeal],
        sealing?.oldest_end_at
          ? [t('system.storage.oldest'), <Age key="oldest" at={sealing.oldest_end_at} timeZone={timeZone} />]
          : undefined,
        [t('system.storage.measured'), <Age key="at" at={value.at} timeZone={timeZone} />],
      ]
    : []
  const free = disk
    ? t('system.storage.freeOf', { free: bytes(disk.free_bytes), size: bytes(disk.size_bytes) })
    : t('system.storage.elsewhere')
  return (
    <SystemSection area="storage" level={level}>
      <Missing problem={measured.problem} />
      <Facts facts={[[t('system.storage.free'), free], ...measuredFacts]} />
      {children}
    </SystemSection>
  )
}
