import type { SystemInstance, SystemState } from '@plenum/contract'
import { useTranslation } from 'react-i18next'
import { Age } from '../ui/age.tsx'
import type { Level } from './conditions.ts'
import { useFigures } from './figures.ts'
import { Facts, Missing, SystemSection } from './system-section.tsx'
import classes from './system-page.module.css'

const usePoolTexts = () => {
  const { t } = useTranslation()
  return ({ pools }: SystemInstance['figures']): string =>
    Object.entries(pools)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, pool]) =>
        t(pool.waiting > 0 ? 'system.process.poolWaiting' : 'system.process.pool', { name, ...pool }),
      )
      .join(' · ')
}

const Process = ({ instance, timeZone }: { instance: SystemInstance; timeZone: string }) => {
  const { t } = useTranslation()
  const { share, bytes, time, count } = useFigures()
  const poolTexts = usePoolTexts()
  const { figures } = instance
  const redis =
    figures.redis_up === null
      ? t('system.process.redisNone')
      : figures.redis_up
        ? t('system.process.redisUp')
        : t('system.process.redisAway', { why: figures.redis_why })
  return (
    <article className={classes.process}>
      <header>
        <h3>
          {instance.host} <small>{t(`system.process.roles.${instance.role}`)}</small>
        </h3>
        <span>{instance.address}</span>
        {instance.answering && <span>{t('system.process.answering')}</span>}
      </header>
      <Facts
        facts={[
          [t('system.process.version'), `${instance.version} · Node ${instance.node_version}`],
          [t('system.process.up'), <Age key="up" at={instance.started_at} timeZone={timeZone} />],
          [t('system.process.seen'), <Age key="seen" at={instance.seen_at} timeZone={timeZone} />],
          [t('system.process.cpu'), share(figures.cpu_share)],
          [t('system.process.memory'), bytes(figures.rss_bytes)],
          [t('system.process.delay'), time(figures.event_loop_delay_ms)],
          instance.role === 'worker' ? undefined : [t('system.process.streams'), count(figures.live_streams)],
          [t('system.process.redis'), redis],
          [t('system.process.pools'), poolTexts(figures)],
        ]}
      />
    </article>
  )
}

interface ProcessSectionProps {
  instances: SystemState['instances']
  level: Level
  timeZone: string
  children: React.ReactNode
}

/** Every process that runs on the database. */
export const ProcessSection = ({ instances, level, timeZone, children }: ProcessSectionProps) => (
  <SystemSection area="processes" level={level}>
    <Missing problem={instances.problem} />
    <div className={classes.processes}>
      {(instances.value ?? []).map((instance) => (
        <Process key={instance.id} instance={instance} timeZone={timeZone} />
      ))}
    </div>
    {children}
  </SystemSection>
)
