import type { ImportSummary } from '@plenum/contract'
import type { Kysely } from 'kysely'
import type { AuditEvent, By } from '#audit'
import { type Scope, withinScope } from '#auth'
import type { Tables } from '#platform'
import type { SensorLine } from './sensor-csv.ts'

/** Where a sensor stands; `zone_id` is undefined where the file has no column for it. */
export interface Place {
  building_id: number
  floor_id: number
  zone_id: number | null | undefined
}

/** What whoever imports may do. */
export interface ImportRights {
  /** Buildings out of it are not there. */
  scope: Scope
  addsBuildings: boolean
  by: By
}

interface Building {
  id: number
  timezone: string
}

/**
 * Finds the place of a line by names, and makes what is missing of it; a string says why there is none.
 * @param knowsTimeZone whether PostgreSQL knows it
 * @param tell of what was made
 */
export async function createPlaces(
  tx: Kysely<Tables>,
  rights: ImportRights,
  lines: SensorLine[],
  summary: ImportSummary,
  knowsTimeZone: (name: string) => Promise<boolean>,
  tell: (event: AuditEvent) => void,
): Promise<(line: SensorLine) => Promise<Place | string>> {
  const { buildings, floors, zones } = await knownPlaces(tx, rights.scope, lines)

  const buildingOf = async ({ building: name, timezone }: SensorLine): Promise<Building | string> => {
    const known = buildings.get(name)
    if (known === 'several') return `several buildings are named "${name}"; rename one first`
    if (known !== undefined) {
      const fits = timezone === undefined || timezone === null || timezone === known.timezone
      return fits ? known : `building "${name}" has the time zone ${known.timezone}, not ${timezone}`
    }
    if (!rights.addsBuildings) return `you have no building "${name}" to import into; only administrators add buildings`
    if (timezone && !(await knowsTimeZone(timezone))) return `timezone "${timezone}" is not known to the database`
    if (!timezone) {
      summary.warnings.push(`Building "${name}" is new and gets the time zone UTC; set its own, its days depend on it.`)
    }
    const values = { name, timezone: timezone ?? 'UTC' }
    const building = await tx
      .insertInto('building')
      .values(values)
      .returning(['id', 'timezone'])
      .executeTakeFirstOrThrow()
    summary.created.buildings++
    const thing = { kind: 'building', id: building.id, name }
    tell({ action: 'building.create', thing, buildingId: building.id, after: values })
    buildings.set(name, building)
    return building
  }

  return async (line) => {
    const building = await buildingOf(line)
    if (typeof building === 'string') return building
    const building_id = building.id
    const floorKey = keyOf(building_id, line.floor)
    let floor = floors.get(floorKey)
    if (!floor) {
      const values = { building_id, name: line.floor, level: line.level }
      floor = await tx.insertInto('floor').values(values).returning(['id', 'level']).executeTakeFirstOrThrow()
      summary.created.floors++
      const thing = { kind: 'floor', id: floor.id, name: line.floor }
      tell({ action: 'floor.create', thing, buildingId: building_id, after: values })
      floors.set(floorKey, floor)
    }
    if (floor.level !== line.level) return `floor "${line.floor}" has level ${floor.level}, not ${line.level}`
    if (line.zone === undefined || line.zone === null) return { building_id, floor_id: floor.id, zone_id: line.zone }
    const zoneKey = keyOf(floor.id, line.zone)
    let zone_id = zones.get(zoneKey)
    if (zone_id === undefined) {
      const values = { floor_id: floor.id, name: line.zone }
      zone_id = (await tx.insertInto('zone').values(values).returning('id').executeTakeFirstOrThrow()).id
      summary.created.zones++
      const thing = { kind: 'zone', id: zone_id, name: line.zone }
      tell({ action: 'zone.create', thing, buildingId: building_id, after: values })
      zones.set(zoneKey, zone_id)
    }
    return { building_id, floor_id: floor.id, zone_id }
  }
}

const keyOf = (parent: number, name: string): string => `${parent}\n${name}`

/** What the registry has of the buildings that the lines name. */
async function knownPlaces(tx: Kysely<Tables>, scope: Scope, lines: SensorLine[]) {
  const names = [...new Set(lines.map((line) => line.building))]
  const buildings = new Map<string, Building | 'several'>()
  const ids: number[] = []
  const found = tx
    .selectFrom('building')
    .select(['id', 'name', 'timezone'])
    .where(withinScope(scope, { building: 'id' }))
  for (const { name, ...building } of await found.where((e) => e('name', '=', e.fn.any(e.val(names)))).execute()) {
    buildings.set(name, buildings.has(name) ? 'several' : building)
    ids.push(building.id)
  }
  const floorRows = await tx
    .selectFrom('floor')
    .select(['id', 'building_id', 'name', 'level'])
    .where((e) => e('building_id', '=', e.fn.any(e.val(ids))))
    .execute()
  const zoneRows = await tx
    .selectFrom('zone')
    .innerJoin('floor', 'floor.id', 'zone.floor_id')
    .select(['zone.id', 'zone.floor_id', 'zone.name'])
    .where((e) => e('floor.building_id', '=', e.fn.any(e.val(ids))))
    .execute()
  return {
    buildings,
    floors: new Map<string, { id: number; level: number }>(
      floorRows.map((row) => [keyOf(row.building_id, row.name), row]),
    ),
    zones: new Map(zoneRows.map((row) => [keyOf(row.floor_id, row.name), row.id])),
  }
}
