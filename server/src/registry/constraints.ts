import { brokenConstraint, missingColumn, type PlenumError, sqlState } from '#platform'
import { registryErrors } from './errors.ts'

export type Things = 'building' | 'floor' | 'zone' | 'sensor' | 'gateway'

const nameTaken = (detail: string) => () =>
  registryErrors.name_taken({ detail, errors: [{ path: 'name', detail: 'is taken' }] })
const noParent = (path: string, what: string) => () =>
  registryErrors.parent_unknown({
    detail: `${path}: there is no such ${what}.`,
    errors: [{ path, detail: `there is no such ${what}` }],
  })
const elsewhere = (path: string, detail: string) => () =>
  registryErrors.parent_elsewhere({ detail: `${path}: ${detail}.`, errors: [{ path, detail }] })

const presenceKept = () =>
  registryErrors.presence_kind_kept({
    detail: 'What it has read would be shown to everybody. If it was entered wrongly, make it anew.',
    errors: [{ path: 'sensor_type', detail: 'must be motion or occupancy, as it was' }],
  })

/** What each constraint of the registry's tables means to the caller when it refuses a row that is written. */
const meaning: Record<string, () => PlenumError> = {
  floor_name_taken: nameTaken('The building has a floor of that name already.'),
  zone_name_taken: nameTaken('The floor has a zone of that name already.'),
  gateway_name_taken: nameTaken('The building has a gateway of that name already.'),
  sensor_key_taken: () =>
    registryErrors.sensor_key_taken({
      detail: 'Another sensor has that sensor_key.',
      errors: [{ path: 'sensor_key', detail: 'is taken' }],
    }),
  sensor_rollover_of_counter: () =>
    registryErrors.rollover_not_of_counter({
      detail:
        'Only a counter has a rollover_value: leave it out, or set it to null where the kind of the sensor changes.',
      errors: [{ path: 'rollover_value', detail: 'must be null for a kind that is no counter' }],
    }),
  floor_building_id_fkey: noParent('building_id', 'building'),
  gateway_building_id_fkey: noParent('building_id', 'building'),
  zone_floor_id_fkey: noParent('floor_id', 'floor'),
  sensor_floor: noParent('floor_id', 'floor'),
  sensor_zone: elsewhere('zone_id', 'the floor of the sensor has no such zone; a zone of that floor, or null, fits'),
  sensor_gateway: elsewhere(
    'gateway_id',
    'the building of the sensor has no such gateway; a gateway of that building, or null, fits',
  ),
}

/** The parent that is looked up for a row, by table: none within the scope of who writes is as none at all. */
const lookedUp: Partial<Record<Things, string>> = {
  floor: 'floor_building_id_fkey',
  gateway: 'gateway_building_id_fkey',
  zone: 'zone_floor_id_fkey',
  sensor: 'sensor_floor',
}

/** The same constraints of `sensor` when a zone, gateway or floor is moved away under its sensors. */
const movedAway: Record<string, string> = {
  sensor_zone: 'Sensors of this floor stand in the zone: move them or clear their zone_id first.',
  sensor_gateway: 'Sensors of this building are behind a gateway of it: move them or clear their gateway_id first.',
}

/** A refused write of a row of `table` as the error a caller can act on; anything else as it is. */
export function explainWrite(error: unknown, table: Things): unknown {
  const state = sqlState(error)
  const constraint = brokenConstraint(error)
  if (state === '23505' || state === '23503' || state === '23514') {
    const detail = movedAway[constraint]
    if (table !== 'sensor' && detail !== undefined) return registryErrors.moved_with_children(detail)
    return meaning[constraint]?.() ?? error
  }
  if (missingColumn(error) === 'sensor_type') return presenceKept()
  // not_null_violation
  if (state === '23502') return meaning[lookedUp[table] ?? '']?.() ?? error
  return error
}

/** A refused deletion: the row has children. */
export function explainDeletion(error: unknown, children: string): unknown {
  return sqlState(error) === '23503' ? registryErrors.still_in_use(`${children} Delete or move that first.`) : error
}
