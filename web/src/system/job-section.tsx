import type { SystemJob, SystemState } from '@plenum/contract'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Age } from '../ui/age.tsx'
import { jobStateOf, type Level, levelOfJob, workersSince } from './conditions.ts'
import { useFigures } from './figures.ts'
import { LevelMark } from './level-mark.tsx'
import { Missing, SystemSection } from './system-section.tsx'
import classes from './system-page.module.css'

const useQueueText = () => {
  const { t } = useTranslation()
  return ({ waiting, running, retrying, given_up }: SystemJob): string => {
    const parts = [
      waiting > 0 && t('system.job.waiting', { count: waiting }),
      running > 0 && t('system.job.running', { count: running }),
      retrying > 0 && t('system.job.retrying', { count: retrying }),
      given_up > 0 && t('system.job.givenUp', { count: given_up }),
    ]
    return parts.filter(Boolean).join(', ') || t('system.job.nothing')
  }
}

interface JobSectionProps {
  state: SystemState
  level: Level
  timeZone: string
  children: ReactNode
}

/** The queue, job by job: what waits, what failed and why, and when each last ran. */
export const JobSection = ({ state, level, timeZone, children }: JobSectionProps) => {
  const { t } = useTranslation()
  const { time } = useFigures()
  const queueText = useQueueText()
  const nowMs = Date.parse(state.at)
  const sinceMs = workersSince(state.instances.value)
  return (
    <SystemSection area="jobs" level={level}>
      <Missing problem={state.jobs.problem} />
      {state.jobs.value && (
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t('system.job.name')}</th>
              <th scope="col">{t('system.job.state')}</th>
              <th scope="col">{t('system.job.last')}</th>
              <th scope="col">{t('system.job.queue')}</th>
            </tr>
          </thead>
          <tbody>
            {state.jobs.value.map((job) => {
              const jobState = jobStateOf(job, nowMs, sinceMs)
              return (
                <tr key={job.task}>
                  <th scope="row">
                    <code>{job.task}</code>
                    <small>
                      {job.schedule === null
                        ? t('system.job.onDemand')
                        : t('system.job.schedule', { schedule: job.schedule })}
                    </small>
                    {job.last?.error && <span className={classes.error}>{job.last.error}</span>}
                  </th>
                  <td>
                    <LevelMark level={levelOfJob(jobState)} text={t(`system.job.states.${jobState}`)} />
                  </td>
                  <td data-label={t('system.job.last')}>
                    {job.last ? (
                      <>
                        <Age at={job.last.started_at} timeZone={timeZone} />
                        <small>{t('system.job.took', { time: time(job.last.took_ms) })}</small>
                      </>
                    ) : (
                      '–'
                    )}
                  </td>
                  <td data-label={t('system.job.queue')}>{queueText(job)}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      )}
      {children}
    </SystemSection>
  )
}
