import { type AuditAction, auditActions, type AuditEntry, type SensorType, sensorTypes } from '@plenum/contract'
import { useTranslation } from 'react-i18next'
import type { enAudit } from '../platform/en-audit.ts'
import { en } from '../platform/en.ts'
import { exactTime } from '../platform/dates.ts'
import { useShownZone } from '../platform/preferences.ts'
import { useLanguage } from '../platform/language.ts'
import { fieldText } from './changed-fields.ts'

type FieldName = keyof (typeof enAudit)['fields']
type ThingKind = keyof (typeof enAudit)['things']

const isAction = (action: string): action is AuditAction => auditActions.some((known) => known === action)
const isField = (name: string): name is FieldName => name in en.audit.fields
const isThing = (kind: string): kind is ThingKind => kind in en.audit.things
const isSensorType = (text: string): text is SensorType => sensorTypes.some((known) => known === text)
const isInstant = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(value)

/** The words of entries, in the reader's language; what another version wrote is shown as it is. */
export const useAuditTexts = () => {
  const { t } = useTranslation()
  // Of whoever reads it: the log is about all buildings.
  const timeZone = useShownZone()
  const language = useLanguage()
  const word = (name: 'yes' | 'no' | 'nothing') => t(`audit.value.${name}`)
  const time = (at: string) => exactTime(new Date(at), language, timeZone)
  return {
    time,
    action: (action: string): string => (isAction(action) ? t(`audit.actions.${action}`) : action),
    field: (name: string): string => (isField(name) ? t(`audit.fields.${name}`) : name),
    value: (value: unknown): string => (isInstant(value) ? time(value) : fieldText(value, word)),
    actor: ({ kind, name, email }: AuditEntry['actor']): string => {
      if (kind === 'system') return name ?? t('audit.actors.system')
      return name ?? (kind === 'anonymous' ? t('audit.actors.anonymous') : (email ?? t(`audit.actors.${kind}`)))
    },
    thingKind: (kind: string): string => (isThing(kind) ? t(`audit.things.${kind}`) : kind),
    thing: ({ kind, id, name }: AuditEntry['thing']): string => {
      if (kind === null) return ''
      if (kind === 'retention' && name !== null && isSensorType(name)) return t(`kinds.${name}`)
      return name ?? (id === null ? '' : `${isThing(kind) ? t(`audit.things.${kind}`) : kind} ${id}`)
    },
  }
}
