import { Skeleton, TextInput } from '@mantine/core'
import type { Building, Role, ScopeInput, ScopePlace } from '@plenum/contract'
import { IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { buildingsQuery } from '../registry/registry-queries.ts'
import { floorsOfBuildingQuery } from './people-queries.ts'
import { fromTop, toggleBuilding, toggleFloor } from './scope-choice.ts'
import classes from './scope-picker.module.css'

/** Fewer than these are seen at a glance. */
const searchedFrom = 9

interface FloorsProps {
  building: Building
  scope: ScopeInput
  onChange: (scope: ScopeInput) => void
}

const Floors = ({ building, scope, onChange }: FloorsProps) => {
  const { t } = useTranslation()
  const { data: floors } = useQuery(floorsOfBuildingQuery(building.id))
  if (scope.building_ids.includes(building.id)) return <p className={classes.note}>{t('people.wholeBuilding')}</p>
  if (!floors) return <Skeleton height={32} />
  if (floors.length === 0) return <p className={classes.note}>{t('people.noFloors')}</p>
  return (
    <ul className={classes.floors}>
      {fromTop(floors).map(({ id, name }) => (
        <li key={id}>
          <label>
            <input
              type="checkbox"
              checked={scope.floor_ids.includes(id)}
              onChange={() => onChange(toggleFloor(scope, id))}
            />
            <span>{name}</span>
          </label>
        </li>
      ))}
    </ul>
  )
}

interface ScopePickerProps {
  role: Exclude<Role, 'administrator'>
  scope: ScopeInput
  /** What was chosen before: buildings with single floors of it stand open. */
  places: readonly ScopePlace[]
  onChange: (scope: ScopeInput) => void
}

const BuildingRow = ({ building, role, scope, places, onChange }: ScopePickerProps & { building: Building }) => {
  const { t } = useTranslation()
  const hasFloors = places.some(({ building_id, floor_id }) => building_id === building.id && floor_id !== null)
  const [isOpen, setOpen] = useState(hasFloors)
  const canOpen = role === 'viewer'
  // Only looks at what the open list loads.
  const { data: floors = [] } = useQuery({ ...floorsOfBuildingQuery(building.id), enabled: false })
  const floorIds = floors.map(({ id }) => id)
  return (
    <li>
      <div className={classes.row}>
        <label>
          <input
            type="checkbox"
            checked={scope.building_ids.includes(building.id)}
            onChange={() => onChange(toggleBuilding(scope, building.id, floorIds))}
          />
          <span>{building.name}</span>
        </label>
        {canOpen && (
          <button
            type="button"
            aria-expanded={isOpen}
            aria-label={t('people.floorsOf', { name: building.name })}
            onClick={() => setOpen(!isOpen)}
          >
            {t('nav.floors')}
          </button>
        )}
      </div>
      {canOpen && isOpen && <Floors building={building} scope={scope} onChange={onChange} />}
    </li>
  )
}

/** Buildings to choose from and, for viewers, their floors. */
export const ScopePicker = (props: ScopePickerProps) => {
  const { t } = useTranslation()
  const { data: buildings } = useQuery(buildingsQuery)
  const [text, setText] = useState('')
  const wanted = text.trim().normalize('NFKC').toLowerCase()
  const found = (buildings ?? []).filter(({ name }) => name.normalize('NFKC').toLowerCase().includes(wanted))
  return (
    <fieldset className={classes.picker}>
      <legend>{t(props.role === 'viewer' ? 'people.buildingsOrFloors' : 'people.buildings')}</legend>
      {(buildings?.length ?? 0) >= searchedFrom && (
        <TextInput
          type="search"
          aria-label={t('people.findBuilding')}
          placeholder={t('people.findBuilding')}
          leftSection={<IconSearch size={16} stroke={1.5} aria-hidden />}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
      )}
      {buildings ? (
        <ul className={classes.buildings}>
          {found.map((building) => (
            <BuildingRow key={building.id} building={building} {...props} />
          ))}
          {found.length === 0 && (
            <li className={classes.note}>
              {text === '' ? t('overview.emptyTitle') : t('people.noBuilding', { text })}
            </li>
          )}
        </ul>
      ) : (
        <Skeleton height={72} />
      )}
    </fieldset>
  )
}
