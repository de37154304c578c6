import { Button, Popover } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconCalendar } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useShownZone } from '../platform/preferences.ts'
import { spanText } from '../history/history-texts.ts'
import { RangeForm } from '../history/range-form.tsx'
import { useLanguage } from '../platform/language.ts'
import classes from './audit-filters.module.css'
import { type AuditPeriod, auditPeriods, type AuditSearch } from './audit-search.ts'

const periods = Object.keys(auditPeriods) as AuditPeriod[]
const dayMs = 86_400_000

interface AuditRangeProps {
  search: AuditSearch
  nowMs: number
  onChange: (search: AuditSearch) => void
}

/** The range of time: any, up to now, or exact instants. */
export const AuditRange = ({ search, nowMs, onChange }: AuditRangeProps) => {
  const { t } = useTranslation()
  const language = useLanguage()
  const [isOpen, { toggle, close }] = useDisclosure(false)
  const timeZone = useShownZone()
  const { period, from, to, ...others } = search
  const span = from && to ? { fromMs: Date.parse(from), toMs: Date.parse(to) } : null
  const choose = (range: Pick<AuditSearch, 'period' | 'from' | 'to'>) => {
    close()
    onChange({ ...others, ...range })
  }
  const label = span ? spanText(span, language, timeZone) : t(`audit.periods.${period ?? 'any'}`)
  return (
    <Popover opened={isOpen} onChange={toggle} position="bottom-end" trapFocus returnFocus shadow="md" width={320}>
      <Popover.Target>
        <Button
          variant="default"
          className={classes.range}
          aria-label={`${t('audit.period')}: ${label}`}
          leftSection={<IconCalendar size={16} stroke={1.5} aria-hidden />}
          onClick={toggle}
        >
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('audit.period')}>
        <div className={classes.periods}>
          <button type="button" aria-pressed={!period && !span} onClick={() => choose({})}>
            {t('audit.periods.any')}
          </button>
          {periods.map((name) => (
            <button key={name} type="button" aria-pressed={name === period} onClick={() => choose({ period: name })}>
              {t(`audit.periods.${name}`)}
            </button>
          ))}
        </div>
        <RangeForm
          span={span ?? { fromMs: nowMs - dayMs, toMs: nowMs }}
          timeZone={timeZone}
          onChoose={({ fromMs, toMs }) =>
            choose({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() })
          }
        />
      </Popover.Dropdown>
    </Popover>
  )
}
