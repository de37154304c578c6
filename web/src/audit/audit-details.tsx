import { Button } from '@mantine/core'
import type { AuditEntry } from '@plenum/contract'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './audit-details.module.css'
import type { AuditSearch } from './audit-search.ts'
import { useAuditTexts } from './audit-texts.ts'
import { changedFields } from './changed-fields.ts'

const Line = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

/** Both sides of a change, a field a line. */
const Changes = ({ entry }: { entry: AuditEntry }) => {
  const { t } = useTranslation()
  const texts = useAuditTexts()
  const fields = changedFields(entry)
  return (
    <section className={classes.part}>
      <h3>{t('audit.detail.changes')}</h3>
      {fields.length === 0 ? (
        <p>{t('audit.detail.unchanged')}</p>
      ) : (
        <table className={classes.changes}>
          <thead>
            <tr>
              <th scope="col">{t('audit.detail.field')}</th>
              <th scope="col">{t('audit.detail.before')}</th>
              <th scope="col">{t('audit.detail.after')}</th>
            </tr>
          </thead>
          <tbody>
            {fields.map(({ name, before, after }) => (
              <tr key={name}>
                <th scope="row">{texts.field(name)}</th>
                <td>
                  <del>{texts.value(before)}</del>
                </td>
                <td>
                  <ins>{texts.value(after)}</ins>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

const Fields = ({ title, fields }: { title: string; fields: Record<string, unknown> }) => {
  const texts = useAuditTexts()
  return (
    <section className={classes.part}>
      <h3>{title}</h3>
      <dl className={classes.lines}>
        {Object.entries(fields).map(([name, value]) => (
          <Line key={name} name={texts.field(name)}>
            {texts.value(value)}
          </Line>
        ))}
      </dl>
    </section>
  )
}

interface AuditDetailsProps {
  entry: AuditEntry
  building: string | undefined
  /** Adds a filter. */
  onOnly: (only: Pick<AuditSearch, 'actor' | 'thing' | 'request'>) => void
}

/** An entry, whole: who, what, when, from where, before and after. */
export const AuditDetails = ({ entry, building, onOnly }: AuditDetailsProps) => {
  const { t } = useTranslation()
  const texts = useAuditTexts()
  const { actor, thing, before, after, details, request_id } = entry
  const only: [AuditSearch, string][] = [
    ...(actor.id ? [[{ actor: actor.id }, t('audit.only.actor', { name: texts.actor(actor) })] as const] : []),
    ...(thing.kind && thing.id
      ? [[{ thing: `${thing.kind}.${thing.id}` }, t('audit.only.thing', { name: texts.thing(thing) })] as const]
      : []),
    ...(request_id ? [[{ request: request_id }, t('audit.only.request')] as const] : []),
  ].map(([search, label]) => [search, label])
  return (
    <>
      <dl className={classes.lines}>
        <Line name={t('audit.when')}>{texts.time(entry.at)}</Line>
        <Line name={t('audit.outcome')}>
          {t(`audit.outcomes.${entry.outcome}`)}
          {entry.times > 1 && ` · ${t('audit.times', { count: entry.times })}`}
        </Line>
        <Line name={t('audit.who')}>
          {texts.actor(actor)} <span className={classes.quiet}>{t(`audit.actors.${actor.kind}`)}</span>
        </Line>
        {actor.email && <Line name={t('audit.detail.account')}>{actor.email}</Line>}
        {entry.key_id !== null && <Line name={t('audit.detail.key')}>{entry.key_id}</Line>}
        {thing.kind && (
          <Line name={t('audit.thing')}>
            {texts.thing(thing)} <span className={classes.quiet}>{texts.thingKind(thing.kind)}</span>
          </Line>
        )}
        {building && thing.kind !== 'building' && <Line name={t('audit.building')}>{building}</Line>}
        {entry.address && <Line name={t('audit.detail.address')}>{entry.address}</Line>}
        {entry.user_agent && <Line name={t('audit.detail.program')}>{entry.user_agent}</Line>}
        {request_id && <Line name={t('audit.detail.request')}>{request_id}</Line>}
        <Line name={t('audit.detail.number')}>{entry.id}</Line>
      </dl>
      {before && after && <Changes entry={entry} />}
      {!before && after && <Fields title={t('audit.detail.made')} fields={after} />}
      {before && !after && <Fields title={t('audit.detail.deleted')} fields={before} />}
      {details && Object.keys(details).length > 0 && <Fields title={t('audit.detail.more')} fields={details} />}
      <div className={classes.only}>
        {only.map(([search, label]) => (
          <Button key={label} variant="default" size="xs" onClick={() => onOnly(search)}>
            {label}
          </Button>
        ))}
      </div>
    </>
  )
}
