import type { BuildingInput, FloorInput, SensorInput, ZoneInput } from '@plenum/contract'
import type { Kysely } from 'kysely'
import { append, type By } from '#audit'
import type { Tables } from '#platform'

/** A whole building at once; zones and gateways are named, because they have no ids yet. */
export interface BuildingPlan {
  building: BuildingInput
  gateways: { name: string }[]
  floors: (Omit<FloorInput, 'building_id'> & {
    zones: Omit<ZoneInput, 'floor_id'>[]
    sensors: (Omit<SensorInput, 'floor_id' | 'zone_id' | 'gateway_id' | 'unit'> & {
      unit: string
      zone: string
      gateway: string
    })[]
  })[]
}

export interface AddedBuilding {
  buildingId: number
  /** By name. */
  gatewayIds: Map<string, number>
}

/** All of it or nothing; in the audit log it is one entry, since it is all new. */
export const addBuildingPlan = (db: Kysely<Tables>, plan: BuildingPlan, by: By): Promise<AddedBuilding> =>
  db.transaction().execute(async (tx) => {
    const { id: building_id } = await tx
      .insertInto('building')
      .values(plan.building)
      .returning('id')
      .executeTakeFirstOrThrow()
    const gateways = plan.gateways.map(({ name }) => ({ building_id, name }))
    const gatewayIds = idsByName(await tx.insertInto('gateway').values(gateways).returning(['id', 'name']).execute())
    for (const { zones, sensors, ...floor } of plan.floors) {
      const values = { ...floor, building_id }
      const { id: floor_id } = await tx.insertInto('floor').values(values).returning('id').executeTakeFirstOrThrow()
      // Columns by name: a plan may say more of a zone than the registry keeps.
      const zoneRows = zones.map(({ name, kind = null, outline }) => ({
        floor_id,
        name,
        kind,
        outline: outline ? JSON.stringify(outline) : null,
      }))
      const zoneIds = idsByName(await tx.insertInto('zone').values(zoneRows).returning(['id', 'name']).execute())
      const sensorRows = sensors.map(({ zone, gateway, position, ...sensor }) => ({
        ...sensor,
        floor_id,
        building_id,
        zone_id: zoneIds.get(zone) ?? null,
        gateway_id: gatewayIds.get(gateway) ?? null,
        x: position?.x ?? null,
        y: position?.y ?? null,
      }))
      await tx.insertInto('sensor').values(sensorRows).execute()
    }
    const { floors, building } = plan
    await append(tx, by, {
      action: 'building.create',
      thing: { kind: 'building', id: building_id, name: building.name },
      buildingId: building_id,
      after: { ...building },
      details: {
        gateways: gatewayIds.size,
        floors: floors.length,
        zones: floors.reduce((sum, { zones }) => sum + zones.length, 0),
        sensors: floors.reduce((sum, { sensors }) => sum + sensors.length, 0),
      },
    })
    return { buildingId: building_id, gatewayIds }
  })

const idsByName = (rows: { id: number; name: string }[]): Map<string, number> =>
  new Map(rows.map((row) => [row.name, row.id]))

/** The building of that name with its gateways; null where there is none. */
export async function findBuilding(db: Kysely<Tables>, name: string): Promise<AddedBuilding | null> {
  const building = await db
    .selectFrom('building')
    .select('id')
    .where('name', '=', name)
    .orderBy('id')
    .executeTakeFirst()
  if (!building) return null
  const rows = await db.selectFrom('gateway').select(['id', 'name']).where('building_id', '=', building.id).execute()
  return { buildingId: building.id, gatewayIds: idsByName(rows) }
}
