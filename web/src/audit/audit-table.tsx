import type { AuditEntry } from '@plenum/contract'
import { IconBan } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useShownZone } from '../platform/preferences.ts'
import { Age } from '../ui/age.tsx'
import classes from './audit-table.module.css'
import { useAuditTexts } from './audit-texts.ts'

/** The words of what happened say it too. */
const Refused = ({ times }: { times: number }) => {
  const { t } = useTranslation()
  return (
    <span className={classes.refused} title={t('audit.outcomes.refused')}>
      <IconBan size={14} stroke={1.75} aria-hidden />
      {times > 1 && <b>{t('audit.times', { count: times })}</b>}
    </span>
  )
}

/** What was refused is no thing of ours, but a question: `GET /api/buildings`. */
const questionOf = ({ details }: AuditEntry): string | null =>
  details !== null && typeof details.route === 'string' ? `${String(details.method)} ${details.route}` : null

interface AuditTableProps {
  entries: readonly AuditEntry[]
  /** Names of buildings that are still there. */
  buildingName: (id: number) => string | undefined
  openId: number | undefined
  onOpen: (id: number) => void
}

/** A line an entry, newest first; on a phone each is a card. What happened opens the entry. */
export const AuditTable = ({ entries, buildingName, openId, onOpen }: AuditTableProps) => {
  const { t } = useTranslation()
  const texts = useAuditTexts()
  const timeZone = useShownZone()
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{t('audit.when')}</th>
          <th scope="col">{t('audit.what')}</th>
          <th scope="col">{t('audit.thing')}</th>
          <th scope="col">{t('audit.who')}</th>
          <th scope="col">{t('audit.from')}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => {
          const { id, at, action, outcome, times, thing, building_id, actor, address } = entry
          const building = building_id === null ? undefined : buildingName(building_id)
          return (
            <tr key={id} data-open={id === openId || undefined}>
              <td data-cell="when">
                <time dateTime={at}>{texts.time(at)}</time>
                <span className={classes.quiet}>
                  <Age at={at} timeZone={timeZone} />
                </span>
              </td>
              <th scope="row">
                <button type="button" className={classes.open} onClick={() => onOpen(id)}>
                  {texts.action(action)}
                </button>
                {outcome === 'refused' && <Refused times={times} />}
              </th>
              <td data-cell="thing">
                {texts.thing(thing) || (questionOf(entry) && <code>{questionOf(entry)}</code>)}
                {building && thing.kind !== 'building' && <span className={classes.quiet}>{building}</span>}
              </td>
              <td data-cell="who">
                {texts.actor(actor)}
                {actor.email && <span className={classes.quiet}>{actor.email}</span>}
              </td>
              <td data-cell="from">{address}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
