import type { DashboardSensor } from '@plenum/contract'
import type { FloorSearch } from './floor-search.ts'
import { conditionOf } from './sensor-condition.ts'

/** The parts of the address that hide sensors. */
export const filterNames = ['q', 'zone', 'kind', 'status'] as const
export type FilterName = (typeof filterNames)[number]

/** Full-width letters, case and accents make no difference to somebody who searches. */
const plain = (text: string) =>
  text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()

const matchesText = ({ name, sensor_key }: DashboardSensor, text: string) => {
  const searched = plain(`${name} ${sensor_key}`)
  return plain(text)
    .split(/\s+/)
    .every((word) => searched.includes(word))
}

/** Zone 0 in the address stands for "no zone". */
const matchesZone = ({ zone_id }: DashboardSensor, zone: number) => (zone_id ?? 0) === zone

export const filterSensors = (sensors: readonly DashboardSensor[], search: FloorSearch): DashboardSensor[] =>
  sensors.filter(
    (sensor) =>
      (search.q === undefined || matchesText(sensor, search.q)) &&
      (search.zone === undefined || matchesZone(sensor, search.zone)) &&
      (search.kind === undefined || sensor.sensor_type === search.kind) &&
      (search.status === undefined || conditionOf(sensor) === search.status),
  )

export const activeFilters = (search: FloorSearch): FilterName[] =>
  filterNames.filter((name) => search[name] !== undefined)

export const withoutFilter = (search: FloorSearch, name: FilterName): FloorSearch => {
  const { [name]: _, ...rest } = search
  return rest
}

/** For each active filter how many sensors would be seen without it alone: the one that hides most is named first. */
export const hidingFilters = (sensors: readonly DashboardSensor[], search: FloorSearch) =>
  activeFilters(search)
    .map((name) => ({ name, shown: filterSensors(sensors, withoutFilter(search, name)).length }))
    .sort((a, b) => b.shown - a.shown)
