import { brokenConstraint, type PlenumError, sqlState } from '#platform'
import { registryErrors } from './errors.ts'

/** What each constraint of 0001_registry.sql means to the caller when it refuses a row that is written. */
const meaning: Record<string, () => PlenumError> = {
  floor_name_taken: () => registryErrors.name_taken('The building has a floor of that name already.'),
  zone_name_taken: () => registryErrors.name_taken('The floor has a zone of that name already.'),
  gateway_name_taken: () => registryErrors.name_taken('The building has a gateway of that name already.'),
  sensor_key_taken: () => registryErrors.sensor_key_taken('Another sensor has that sensor_key.'),
  floor_building_id_fkey: () => registryErrors.parent_unknown('building_id: there is no such building.'),
  gateway_building_id_fkey: () => registryErrors.parent_unknown('building_id: there is no such building.'),
  zone_floor_id_fkey: () => registryErrors.parent_unknown('floor_id: there is no such floor.'),
  sensor_floor: () => registryErrors.parent_unknown('floor_id: there is no such floor.'),
  sensor_zone: () => registryErrors.parent_elsewhere('zone_id: the floor has no such zone.'),
  sensor_gateway: () => registryErrors.parent_elsewhere('gateway_id: the building has no such gateway.'),
}

/** A refused write as the error a caller can act on; anything else as it is. */
export function explainWrite(error: unknown): unknown {
  const state = sqlState(error)
  if (state === '23505' || state === '23503') return meaning[brokenConstraint(error)]?.() ?? error
  // not_null_violation on sensor.building_id: the floor it was looked up from does not exist.
  if (state === '23502') return registryErrors.parent_unknown('floor_id: there is no such floor.')
  return error
}

/** A refused deletion: the row has children. */
export function explainDeletion(error: unknown, what: string): unknown {
  return sqlState(error) === '23503' ? registryErrors.still_in_use(`${what} Delete or move that first.`) : error
}
