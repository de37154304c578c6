import { Button, CloseButton, NativeSelect } from '@mantine/core'
import { auditActions, auditOutcomes, type Building } from '@plenum/contract'
import { IconDownload } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { SearchField } from '../ui/search-field.tsx'
import classes from './audit-filters.module.css'
import { type AuditSearch, filtersOf, queryText } from './audit-search.ts'
import { useAuditTexts } from './audit-texts.ts'

/** The server is asked. */
const typingPauseMs = 300

interface AuditFiltersProps {
  search: AuditSearch
  nowMs: number
  buildings: readonly Building[]
  /** What the filters by identity are of, as far as it is known. */
  names: { actor?: string | undefined; thing?: string | undefined }
  onChange: (search: AuditSearch) => void
}

/** Without one of its filters. */
const without = (search: AuditSearch, name: keyof AuditSearch): AuditSearch => {
  const { [name]: _, ...others } = search
  return others
}

export const AuditFilterBar = ({ search, nowMs, buildings, names, onChange }: AuditFiltersProps) => {
  const { t } = useTranslation()
  const texts = useAuditTexts()
  const set = <N extends keyof AuditSearch>(name: N, value: AuditSearch[N] | '') =>
    onChange(value === '' || value === undefined ? without(search, name) : { ...search, [name]: value })
  const chips = (['actor', 'thing', 'request'] as const).flatMap((name) => {
    const value = search[name]
    if (value === undefined) return []
    return [{ name, label: name === 'request' ? t('audit.only.request') : (names[name] ?? value) }]
  })
  const actions = auditActions
    .map((action) => ({ value: action as string, label: texts.action(action) }))
    .sort((a, b) => a.label.localeCompare(b.label))
  return (
    <search aria-label={t('audit.filters')} className={classes.filters}>
      <SearchField
        label={t('audit.text')}
        value={search.text ?? ''}
        pauseMs={typingPauseMs}
        className={classes.text}
        onChange={(text) => set('text', text)}
      />
      <NativeSelect
        aria-label={t('audit.action')}
        value={search.action ?? ''}
        onChange={({ currentTarget }) => set('action', currentTarget.value)}
        data={[{ value: '', label: t('audit.everyAction') }, ...actions]}
      />
      <NativeSelect
        aria-label={t('audit.outcome')}
        value={search.outcome ?? ''}
        onChange={({ currentTarget }) => set('outcome', currentTarget.value as AuditSearch['outcome'] | '')}
        data={[
          { value: '', label: t('audit.everyOutcome') },
          ...auditOutcomes.map((outcome) => ({ value: outcome as string, label: t(`audit.outcomes.${outcome}`) })),
        ]}
      />
      <NativeSelect
        aria-label={t('audit.building')}
        value={search.building ?? ''}
        onChange={({ currentTarget: { value } }) => set('building', value === '' ? '' : Number(value))}
        data={[
          { value: '', label: t('audit.everyBuilding') },
          ...buildings.map(({ id, name }) => ({ value: String(id), label: name })),
        ]}
      />
      <Button
        component="a"
        href={`/api/audit/export?${queryText(filtersOf(search, nowMs))}`}
        download
        variant="default"
        title={t('audit.exportTitle')}
        leftSection={<IconDownload size={16} stroke={1.5} aria-hidden />}
      >
        {t('audit.export')}
      </Button>
      {chips.length > 0 && (
        <ul className={classes.chips}>
          {chips.map(({ name, label }) => (
            <li key={name}>
              <span>{label}</span>
              <CloseButton
                size="sm"
                aria-label={t('audit.only.remove', { name: label })}
                onClick={() => onChange(without(search, name))}
              />
            </li>
          ))}
        </ul>
      )}
    </search>
  )
}
