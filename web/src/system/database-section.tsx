import type { SystemState } from '@plenum/contract'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Age } from '../ui/age.tsx'
import type { Level } from './conditions.ts'
import { useFigures } from './figures.ts'
import { Facts, Missing, SystemSection } from './system-section.tsx'

const useReplicaText = () => {
  const { t } = useTranslation()
  const { time } = useFigures()
  return ({ value, problem }: SystemState['replica']): string => {
    if (problem === 'not_configured') return t('system.database.replicaNone')
    if (problem) return t(`system.problems.${problem}`)
    const lag = value?.lag_ms ?? null
    if (lag === null) return t('system.database.replicaUnknown')
    return lag < 1_000 ? t('system.database.replicaLevel') : t('system.database.replicaLag', { time: time(lag) })
  }
}

interface DatabaseSectionProps {
  state: SystemState
  level: Level
  timeZone: string
  children: ReactNode
}

/** PostgreSQL, its replica, and the connections of all pools to it. */
export const DatabaseSection = ({ state: { database, replica }, level, timeZone, children }: DatabaseSectionProps) => {
  const { t } = useTranslation()
  const replicaText = useReplicaText()
  const { value } = database
  return (
    <SystemSection area="database" level={level}>
      <Missing problem={database.problem} />
      {value && (
        <Facts
          facts={[
            [t('system.database.version'), value.version],
            value.timescale_version === null ? undefined : [t('system.database.timescale'), value.timescale_version],
            [t('system.database.up'), <Age key="up" at={value.started_at} timeZone={timeZone} />],
            [
              t('system.database.connections'),
              t('system.database.of', { used: value.connections, max: value.max_connections }),
            ],
            [
              t('system.database.durable'),
              value.unsafe_settings.length === 0
                ? t('system.database.isDurable')
                : t('system.database.isUnsafe', { names: value.unsafe_settings.join(', ') }),
            ],
            [t('system.database.replica'), replicaText(replica)],
          ]}
        />
      )}
      {children}
    </SystemSection>
  )
}
