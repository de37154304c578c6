import { Drawer, TextInput } from '@mantine/core'
import type { Sensor } from '@plenum/contract'
import { IconSearch } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../platform/language.ts'
import { mostSensors } from './explorer-search.ts'
import { type FinderFloor, findSensors, type FloorOfSensors, groupByFloor } from './sensor-finder.ts'
import classes from './sensor-picker.module.css'

/** More rows than this are not read but searched. */
const mostFound = 150

interface ListProps {
  groups: readonly FloorOfSensors[]
  chosen: ReadonlySet<number>
  onToggle: (sensorId: number) => void
}

const KindRows = ({ kinds, chosen, onToggle }: Omit<ListProps, 'groups'> & Pick<FloorOfSensors, 'kinds'>) => {
  const { t } = useTranslation()
  const isFull = chosen.size >= mostSensors
  return kinds.map(({ kind, sensors }) => (
    <fieldset key={kind} className={classes.kind}>
      <legend>{t(`kinds.${kind}`)}</legend>
      {sensors.map(({ id, name, sensor_key }) => (
        <label key={id} title={sensor_key}>
          <input
            type="checkbox"
            checked={chosen.has(id)}
            disabled={isFull && !chosen.has(id)}
            onChange={() => onToggle(id)}
          />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  ))
}

/** A floor's rows are made when it is opened: a building has thousands. */
const FloorRows = ({
  group,
  isOpenFirst,
  ...rest
}: Omit<ListProps, 'groups'> & { group: FloorOfSensors; isOpenFirst: boolean }) => {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(isOpenFirst)
  return (
    <details className={classes.floor} open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        {group.floor.name} <span>{t('floor.sensors', { count: group.count })}</span>
      </summary>
      {isOpen && <KindRows kinds={group.kinds} {...rest} />}
    </details>
  )
}

interface SensorPickerProps {
  isOpen: boolean
  onClose: () => void
  sensors: readonly Sensor[]
  /** How many are not among them. */
  withheld: number
  floors: readonly FinderFloor[]
  /** The floor that is open at first. */
  floorId: number | undefined
  chosenIds: readonly number[]
  onToggle: (sensorId: number) => void
}

const Finder = (props: Omit<SensorPickerProps, 'isOpen' | 'onClose'>) => {
  const { sensors, withheld, floors, floorId, chosenIds, onToggle } = props
  const { t } = useTranslation()
  const language = useLanguage()
  const [query, setQuery] = useState('')
  const isSearching = query.trim() !== ''
  const found = useMemo(() => {
    const floorNames = new Map(floors.map(({ id, name }) => [id, name]))
    return findSensors(
      sensors,
      query,
      ({ sensor_type, floor_id }) => `${t(`kinds.${sensor_type}`)} ${sensor_type} ${floorNames.get(floor_id) ?? ''}`,
    )
  }, [sensors, floors, query, t])
  const listed = isSearching ? found.slice(0, mostFound) : found
  const groups = useMemo(() => groupByFloor(listed, floors, language), [listed, floors, language])
  const chosen = useMemo(() => new Set(chosenIds), [chosenIds])
  return (
    <>
      <TextInput
        type="search"
        data-autofocus
        aria-label={t('explorer.find')}
        placeholder={t('explorer.find')}
        leftSection={<IconSearch size={16} stroke={1.5} aria-hidden />}
        value={query}
        onChange={({ currentTarget }) => setQuery(currentTarget.value)}
      />
      <output className={classes.count}>
        {chosen.size >= mostSensors
          ? t('explorer.full', { most: mostSensors })
          : t('explorer.chosen', { count: chosen.size, most: mostSensors })}
      </output>
      {groups.map((group) => (
        <FloorRows
          key={`${group.floor.id} ${isSearching}`}
          group={group}
          isOpenFirst={isSearching || group.floor.id === floorId}
          chosen={chosen}
          onToggle={onToggle}
        />
      ))}
      {found.length === 0 && <p className={classes.count}>{t('explorer.foundNone', { query: query.trim() })}</p>}
      {withheld > 0 && (
        <p className={classes.count}>
          {t('floor.withheld', { count: withheld })} {t('presence.why')}
        </p>
      )}
      {found.length > listed.length && (
        <p className={classes.count}>{t('explorer.foundMore', { count: found.length - listed.length })}</p>
      )}
    </>
  )
}

/** Beside the charts, which follow each choice at once. */
export const SensorPicker = ({ isOpen, onClose, ...finder }: SensorPickerProps) => {
  const { t } = useTranslation()
  return (
    <Drawer
      opened={isOpen}
      onClose={onClose}
      position="right"
      size={360}
      title={t('explorer.choice')}
      overlayProps={{ backgroundOpacity: 0.12 }}
      closeButtonProps={{ 'aria-label': t('app.close'), size: 44 }}
    >
      <Finder {...finder} />
    </Drawer>
  )
}
