import type { ImportSummary } from '@plenum/contract'
import type { Kysely } from 'kysely'
import type { Tables } from '#platform'
import { explainWrite } from './constraints.ts'
import { registryErrors } from './errors.ts'
import { type LineError, parseSensorCsv, type SensorLine } from './sensor-csv.ts'

/** Thrown to undo a dry run: it does all the work, so what it reports is what would happen. */
const undo = Symbol('dry run')

/**
 * Brings buildings, floors, zones and sensors of a CSV into the registry, all or nothing. A sensor is known by its
 * key: one that exists is moved, renamed or left as it is.
 * @throws import_refused with an error for every line that is wrong
 */
export async function importSensors(db: Kysely<Tables>, csv: string, dryRun: boolean): Promise<ImportSummary> {
  const { lines, errors } = parseSensorCsv(csv)
  if (errors.length > 0) throw refused(errors)
  let summary: ImportSummary | undefined
  try {
    await db.transaction().execute(async (tx) => {
      summary = await bringIn(tx, lines, dryRun)
      if (dryRun) throw undo
    })
  } catch (error) {
    if (error !== undo) throw explainWrite(error)
  }
  return summary as ImportSummary
}

const refused = (errors: LineError[]) =>
  registryErrors.import_refused({
    detail: `${errors.length} ${errors.length === 1 ? 'line is' : 'lines are'} wrong; nothing was imported.`,
    errors: errors.slice(0, 1000),
  })

async function bringIn(tx: Kysely<Tables>, lines: SensorLine[], dryRun: boolean): Promise<ImportSummary> {
  const summary: ImportSummary = {
    dry_run: dryRun,
    rows: lines.length,
    created: { buildings: 0, floors: 0, zones: 0, sensors: 0 },
    updated: { sensors: 0 },
    unchanged: { sensors: 0 },
    warnings: [],
  }
  const place = await createPlaces(tx, summary)
  const errors: LineError[] = []
  const existing = await sensorsByKey(tx, lines)
  for (const line of lines) {
    const at = await place(line)
    if (typeof at === 'string') {
      errors.push({ path: `line ${line.line}`, detail: at })
      continue
    }
    const row = {
      ...at,
      sensor_key: line.sensorKey,
      name: line.name,
      sensor_type: line.sensorType,
      unit: line.unit,
      x: line.position?.x ?? null,
      y: line.position?.y ?? null,
    }
    const before = existing.get(line.sensorKey)
    if (!before) {
      await tx.insertInto('sensor').values(row).execute()
      summary.created.sensors++
    } else if (Object.entries(row).some(([column, value]) => before[column as keyof typeof before] !== value)) {
      await tx
        .updateTable('sensor')
        .set({ ...row, updated_at: new Date() })
        .where('id', '=', before.id)
        .execute()
      summary.updated.sensors++
    } else summary.unchanged.sensors++
  }
  if (errors.length > 0) throw refused(errors)
  return summary
}

async function sensorsByKey(tx: Kysely<Tables>, lines: SensorLine[]) {
  const keys = lines.map((line) => line.sensorKey)
  const rows = await tx
    .selectFrom('sensor')
    .select(['id', 'floor_id', 'building_id', 'zone_id', 'sensor_key', 'name', 'sensor_type', 'unit', 'x', 'y'])
    .where((e) => e('sensor_key', '=', e.fn.any(e.val(keys))))
    .execute()
  return new Map(rows.map((row) => [row.sensor_key, row]))
}

/** Finds the place of a line, and makes what is missing of it; a string says why there is none. */
async function createPlaces(tx: Kysely<Tables>, summary: ImportSummary) {
  const buildings = new Map<string, number | 'several'>()
  for (const { id, name } of await tx.selectFrom('building').select(['id', 'name']).execute()) {
    buildings.set(name, buildings.has(name) ? 'several' : id)
  }
  const floors = new Map<string, { id: number; level: number }>()
  for (const row of await tx.selectFrom('floor').select(['id', 'building_id', 'name', 'level']).execute()) {
    floors.set(JSON.stringify([row.building_id, row.name]), row)
  }
  const zones = new Map<string, number>()
  for (const row of await tx.selectFrom('zone').select(['id', 'floor_id', 'name']).execute()) {
    zones.set(JSON.stringify([row.floor_id, row.name]), row.id)
  }

  const buildingOf = async (line: SensorLine): Promise<number | 'several'> => {
    const known = buildings.get(line.building)
    if (known !== undefined) return known
    const timezone = line.timezone ?? 'UTC'
    if (line.timezone === null) {
      summary.warnings.push(
        `Building "${line.building}" is new and gets the time zone UTC; set its own, its days depend on it.`,
      )
    }
    const { id } = await tx
      .insertInto('building')
      .values({ name: line.building, timezone })
      .returning('id')
      .executeTakeFirstOrThrow()
    summary.created.buildings++
    buildings.set(line.building, id)
    return id
  }

  return async (
    line: SensorLine,
  ): Promise<{ building_id: number; floor_id: number; zone_id: number | null } | string> => {
    const building_id = await buildingOf(line)
    if (building_id === 'several') return `several buildings are named "${line.building}"; rename one first`
    const floorKey = JSON.stringify([building_id, line.floor])
    let floor = floors.get(floorKey)
    if (!floor) {
      const values = { building_id, name: line.floor, level: line.level }
      floor = await tx.insertInto('floor').values(values).returning(['id', 'level']).executeTakeFirstOrThrow()
      summary.created.floors++
      floors.set(floorKey, floor)
    }
    if (floor.level !== line.level) return `floor "${line.floor}" has level ${floor.level}, not ${line.level}`
    if (line.zone === null) return { building_id, floor_id: floor.id, zone_id: null }
    const zoneKey = JSON.stringify([floor.id, line.zone])
    let zone_id = zones.get(zoneKey)
    if (zone_id === undefined) {
      const values = { floor_id: floor.id, name: line.zone }
      zone_id = (await tx.insertInto('zone').values(values).returning('id').executeTakeFirstOrThrow()).id
      summary.created.zones++
      zones.set(zoneKey, zone_id)
    }
    return { building_id, floor_id: floor.id, zone_id }
  }
}
