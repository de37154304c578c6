import type { SystemHistory, SystemState } from '@plenum/contract'
import { useTranslation } from 'react-i18next'
import { CacheSection } from './cache-section.tsx'
import { type Condition, levelOf } from './conditions.ts'
import { DatabaseSection } from './database-section.tsx'
import { useFigures } from './figures.ts'
import { JobSection } from './job-section.tsx'
import { type ChartTime, MiniChart, type MiniSeries } from './mini-chart.tsx'
import { ProcessSection } from './process-section.tsx'
import { StorageSection } from './storage-section.tsx'
import { SystemSection } from './system-section.tsx'
import classes from './system-page.module.css'

interface SystemPartsProps {
  state: SystemState
  history: SystemHistory
  conditions: readonly Condition[]
  timeZone: string
  cursor: number | null
  onCursor: (step: number | null) => void
}

/** Part by part, each with its charts; all charts share their time and cursor. */
export const SystemParts = ({ state, history, conditions, timeZone, cursor, onCursor }: SystemPartsProps) => {
  const { t } = useTranslation()
  const { count, share, bytes, time: timeText } = useFigures()
  const steps = history.readings.stored.length
  const time: ChartTime = {
    fromMs: Date.parse(history.from),
    stepMs: history.step_s * 1_000,
    steps,
    timeZone,
    cursor: cursor === null ? null : Math.min(cursor, steps - 1),
    onCursor,
  }
  const { readings, requests, processes, pools, jobs, sealing, disk, cache } = history
  const one = (name: string, column: MiniSeries['column']): MiniSeries[] => [{ name, column }]
  const common = { state, timeZone }
  return (
    <div className={classes.sections}>
      <SystemSection area="traffic">
        <div className={classes.charts}>
          <MiniChart
            title={t('system.charts.readings')}
            series={[
              { name: t('system.series.stored'), column: readings.stored },
              { name: t('system.series.duplicates'), column: readings.duplicates },
              { name: t('system.series.rejected'), column: readings.rejected },
            ]}
            {...{ time, text: count, least: 1 }}
          />
          <MiniChart
            title={t('system.charts.requests')}
            series={one(t('system.charts.requests'), requests.per_second)}
            {...{ time, text: count, least: 1 }}
          />
          <MiniChart
            title={t('system.charts.answers')}
            series={[
              { name: t('system.series.half'), column: requests.p50_ms },
              { name: t('system.series.most'), column: requests.p99_ms },
            ]}
            {...{ time, text: timeText, least: 10 }}
          />
          <MiniChart
            title={t('system.charts.streams')}
            series={one(t('system.charts.streams'), processes.live_streams)}
            {...{ time, text: count, least: 1 }}
          />
        </div>
      </SystemSection>
      <ProcessSection instances={state.instances} level={levelOf(conditions, 'processes')} timeZone={timeZone}>
        <div className={classes.charts}>
          <MiniChart
            title={t('system.charts.cpu')}
            series={one(t('system.charts.cpu'), processes.cpu)}
            {...{ time, text: count, least: 1 }}
          />
          <MiniChart
            title={t('system.charts.memory')}
            series={[
              { name: t('system.series.rss'), column: processes.rss_bytes },
              { name: t('system.series.heap'), column: processes.heap_used_bytes },
            ]}
            {...{ time, text: bytes, least: 1e8 }}
          />
          <MiniChart
            title={t('system.charts.delay')}
            series={one(t('system.charts.delay'), processes.event_loop_delay_ms)}
            {...{ time, text: timeText, least: 20 }}
          />
        </div>
      </ProcessSection>
      <JobSection {...common} level={levelOf(conditions, 'jobs')}>
        <div className={classes.charts}>
          <MiniChart
            title={t('system.charts.jobs')}
            series={[
              { name: t('system.series.waiting'), column: jobs.waiting },
              { name: t('system.series.failed'), column: jobs.failed },
            ]}
            {...{ time, text: count, least: 1 }}
          />
        </div>
      </JobSection>
      <StorageSection {...common} level={levelOf(conditions, 'storage')}>
        <div className={classes.charts}>
          <MiniChart
            title={t('system.charts.database')}
            series={one(t('system.charts.database'), disk.database_bytes)}
            {...{ time, text: bytes, least: 1e6 }}
          />
          <MiniChart
            title={t('system.charts.sealing')}
            series={one(t('system.charts.sealing'), sealing.sensor_days)}
            {...{ time, text: count, least: 1 }}
          />
        </div>
      </StorageSection>
      <DatabaseSection {...common} level={levelOf(conditions, 'database')}>
        <div className={classes.charts}>
          <MiniChart
            title={t('system.charts.poolUsed')}
            series={pools.map(({ pool, used }) => ({ name: pool, column: used }))}
            {...{ time, text: count, least: 2 }}
          />
          <MiniChart
            title={t('system.charts.poolWaiting')}
            series={pools.map(({ pool, waiting }) => ({ name: pool, column: waiting }))}
            {...{ time, text: count, least: 1 }}
          />
        </div>
      </DatabaseSection>
      <CacheSection cache={cache} redis={state.redis} level={levelOf(conditions, 'redis')}>
        {cache.length > 0 && (
          <div className={classes.charts}>
            <MiniChart
              title={t('system.charts.found')}
              series={cache.map(({ kind, found_share }) => ({ name: kind, column: found_share }))}
              {...{ time, text: share, least: 1 }}
            />
          </div>
        )}
      </CacheSection>
    </div>
  )
}
