import { type DashboardSensor, type SensorType, sensorTypes, type Zone } from '@plenum/contract'
import type { Grouping } from './floor-search.ts'

/** A heading and the sensors under it. The name of a kind is left to the reader's language. */
export interface SensorGroup {
  key: string
  title: { zone: string | null } | { kind: SensorType } | null
  sensors: DashboardSensor[]
}

const kindOrder = new Map(sensorTypes.map((kind, index) => [kind, index]))

/** "Room 2" before "Room 10"; the order never depends on values, so that nothing jumps. */
const byName = (collator: Intl.Collator) => (a: DashboardSensor, b: DashboardSensor) =>
  collator.compare(a.name, b.name) ||
  (kindOrder.get(a.sensor_type) ?? 0) - (kindOrder.get(b.sensor_type) ?? 0) ||
  a.sensor_id - b.sensor_id

const groupByZone = (sensors: DashboardSensor[], zones: readonly Zone[], collator: Intl.Collator): SensorGroup[] => {
  const names = new Map(zones.map(({ id, name }) => [id, name]))
  const groups = Map.groupBy(sensors, ({ zone_id }) => (zone_id !== null && names.has(zone_id) ? zone_id : null))
  return [...groups]
    .map(([id, members]) => ({ id, name: id === null ? null : (names.get(id) ?? null), members }))
    .sort((a, b) => Number(a.name === null) - Number(b.name === null) || collator.compare(a.name ?? '', b.name ?? ''))
    .map(({ id, name, members }) => ({ key: `zone-${id ?? 'none'}`, title: { zone: name }, sensors: members }))
}

const groupByKind = (sensors: DashboardSensor[]): SensorGroup[] => {
  const groups = Map.groupBy(sensors, ({ sensor_type }) => sensor_type)
  return sensorTypes.flatMap((kind) => {
    const members = groups.get(kind)
    return members ? [{ key: `kind-${kind}`, title: { kind }, sensors: members }] : []
  })
}

/** Zones by name, those without a zone last; kinds in the order of the contract. Empty groups are not made. */
export const groupSensors = (
  sensors: readonly DashboardSensor[],
  grouping: Grouping,
  zones: readonly Zone[],
  language: string,
): SensorGroup[] => {
  const collator = new Intl.Collator(language, { numeric: true })
  const sorted = sensors.toSorted(byName(collator))
  if (grouping === 'zone') return groupByZone(sorted, zones, collator)
  if (grouping === 'kind') return groupByKind(sorted)
  return sorted.length > 0 ? [{ key: 'all', title: null, sensors: sorted }] : []
}
