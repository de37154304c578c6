import { NativeSelect } from '@mantine/core'
import { type DashboardSensor, type SensorType, sensorTypes, type Zone } from '@plenum/contract'
import { useTranslation } from 'react-i18next'
import { SearchField } from '../ui/search-field.tsx'
import { ConditionMark } from './condition-mark.tsx'
import classes from './floor-filters.module.css'
import { type FloorSearch, type Grouping, groupings } from './floor-search.ts'
import { conditions, countConditions } from './sensor-condition.ts'

const typingPauseMs = 150

interface StatusFilterProps {
  sensors: readonly DashboardSensor[]
  search: FloorSearch
  onChange: (search: FloorSearch) => void
}

/** One button a condition with its count: what is wrong is read here first, and seen alone with one press. */
const StatusFilter = ({ sensors, search, onChange }: StatusFilterProps) => {
  const { t } = useTranslation()
  const counts = countConditions(sensors)
  const { status: _, ...withoutStatus } = search
  return (
    <fieldset aria-label={t('floor.status')} className={classes.statuses}>
      <button type="button" aria-pressed={search.status === undefined} onClick={() => onChange(withoutStatus)}>
        {t('floor.all')} <b>{sensors.length}</b>
      </button>
      {conditions
        .filter((condition) => counts[condition] > 0 || search.status === condition)
        .map((condition) => (
          <button
            key={condition}
            type="button"
            aria-pressed={search.status === condition}
            title={t(`condition.${condition}_why`)}
            onClick={() => onChange(search.status === condition ? withoutStatus : { ...search, status: condition })}
          >
            <ConditionMark condition={condition} />
            {t(`condition.${condition}`)} <b>{counts[condition]}</b>
          </button>
        ))}
    </fieldset>
  )
}

const groupLabels = { zone: 'floor.groupZone', kind: 'floor.groupKind', none: 'floor.groupNone' } as const

interface FloorFiltersProps extends StatusFilterProps {
  zones: readonly Zone[]
}

export const FloorFilters = ({ sensors, zones, search, onChange }: FloorFiltersProps) => {
  const { t } = useTranslation()
  const presentKinds = new Set(sensors.map(({ sensor_type }) => sensor_type))
  const hasUnzoned = sensors.some(({ zone_id }) => zone_id === null)
  const { zone: _zone, ...withoutZone } = search
  const { kind: _kind, ...withoutKind } = search
  const { group: _group, ...withoutGroup } = search
  const { q: _q, ...withoutText } = search

  return (
    <search aria-label={t('floor.filters')} className={classes.filters}>
      <StatusFilter sensors={sensors} search={search} onChange={onChange} />
      <div className={classes.fields}>
        <SearchField
          label={t('floor.text')}
          value={search.q ?? ''}
          pauseMs={typingPauseMs}
          className={classes.text}
          onChange={(q) => onChange(q === '' ? withoutText : { ...search, q })}
        />
        <NativeSelect
          aria-label={t('floor.zone')}
          value={search.zone ?? ''}
          onChange={({ currentTarget: { value } }) =>
            onChange(value === '' ? withoutZone : { ...search, zone: Number(value) })
          }
          data={[
            { value: '', label: t('floor.everyZone') },
            ...zones.map(({ id, name }) => ({ value: String(id), label: name })),
            ...(hasUnzoned ? [{ value: '0', label: t('floor.noZone') }] : []),
          ]}
        />
        <NativeSelect
          aria-label={t('floor.kind')}
          value={search.kind ?? ''}
          onChange={({ currentTarget: { value } }) =>
            onChange(value === '' ? withoutKind : { ...search, kind: value as SensorType })
          }
          data={[
            { value: '', label: t('floor.everyKind') },
            ...sensorTypes
              .filter((kind) => presentKinds.has(kind) || kind === search.kind)
              .map((kind) => ({ value: kind, label: t(`kinds.${kind}`) })),
          ]}
        />
        <NativeSelect
          aria-label={t('floor.group')}
          value={search.group ?? 'zone'}
          onChange={({ currentTarget }) => {
            const group = currentTarget.value as Grouping
            onChange(group === 'zone' ? withoutGroup : { ...search, group })
          }}
          data={groupings.map((group) => ({ value: group, label: t(groupLabels[group]) }))}
        />
      </div>
    </search>
  )
}
