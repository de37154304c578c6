import { type ImportSummary, sensorKinds, type SensorType } from '@plenum/contract'
import { type Kysely, sql } from 'kysely'
import { append, type AuditEvent } from '#audit'
import { type Scope, withinScope } from '#auth'
import type { FieldError, Tables } from '#platform'
import { explainWrite } from './constraints.ts'
import { registryErrors } from './errors.ts'
import { mayBecome } from './kind-change.ts'
import { createPlaces, type ImportRights, type Place } from './import-places.ts'
import { parseSensorCsv, type SensorLine } from './sensor-csv.ts'

/** Thrown to undo a dry run: it does all the work, so what it reports is what would happen. */
const undo = Symbol('dry run')
/** Two imports at once could both make the same building. Any number will do: 'CSV'. */
const lockKey = 0x435356
/** Rows a statement: 5,000 sensors made, changed and looked at again take 0.7 s so, and 3.9 s one by one. */
const batchRows = 2_000

export interface ImportContext {
  db: Kysely<Tables>
  knowsTimeZone(name: string): Promise<boolean>
}

/**
 * Brings buildings, floors, zones and sensors of a CSV into the registry, all or nothing. A sensor is known by its
 * key: one that exists is moved, renamed or left as it is. What the file has no column for stays as it is.
 * @throws import_refused with an error for every line that is wrong
 */
export async function importSensors(
  context: ImportContext,
  rights: ImportRights,
  csv: string,
  dryRun: boolean,
): Promise<ImportSummary> {
  const { lines, errors } = parseSensorCsv(csv)
  if (errors.length > 0) throw refused(errors)
  let summary: ImportSummary | undefined
  try {
    await context.db.transaction().execute(async (tx) => {
      summary = await bringIn({ ...context, db: tx }, rights, lines, dryRun)
      if (dryRun) throw undo
    })
  } catch (error) {
    if (error !== undo) throw explainWrite(error, 'sensor')
  }
  return summary as ImportSummary
}

const refused = (errors: FieldError[]) =>
  registryErrors.import_refused({
    detail: `${errors.length} ${errors.length === 1 ? 'thing is' : 'things are'} wrong; nothing was imported.`,
    errors: errors.slice(0, 1000),
  })

type Found = Awaited<ReturnType<typeof sensorsByKey>> extends Map<string, infer F> ? F : never
type SensorRow = Omit<Found['sensor'], 'id'>

async function bringIn(
  { db: tx, knowsTimeZone }: ImportContext,
  rights: ImportRights,
  lines: SensorLine[],
  dryRun: boolean,
): Promise<ImportSummary> {
  await sql`select pg_advisory_xact_lock(${lockKey})`.execute(tx)
  const summary: ImportSummary = {
    dry_run: dryRun,
    rows: lines.length,
    created: { buildings: 0, floors: 0, zones: 0, sensors: 0 },
    updated: { sensors: 0 },
    unchanged: { sensors: 0 },
    warnings: [],
  }
  const told: AuditEvent[] = []
  const placeOf = await createPlaces(tx, rights, lines, summary, knowsTimeZone, (event) => void told.push(event))
  const existing = await sensorsByKey(tx, rights.scope, lines)
  const errors: FieldError[] = []
  const added: SensorRow[] = []
  const changed: SensorRow[] = []
  let ungatewayed = 0
  for (const line of lines) {
    const place = await placeOf(line)
    if (typeof place === 'string') {
      errors.push({ path: `line ${line.line}`, detail: place })
      continue
    }
    const found = existing.get(line.sensor_key)
    if (found && !found.isWithin) {
      // Of others it is told no more than that the key can't be used.
      errors.push({ path: `line ${line.line}`, detail: 'sensor_key is taken' })
      continue
    }
    const before = found?.sensor
    if (before && !mayBecome(before.sensor_type as SensorType, line.sensor_type)) {
      errors.push({ path: `line ${line.line}`, detail: `a sensor of ${before.sensor_type} stays one of presence` })
      continue
    }
    const row = rowOf(line, place, before)
    if (!before) added.push(row)
    else if (Object.entries(row).some(([column, value]) => before[column as keyof SensorRow] !== value)) {
      changed.push(row)
      told.push(sensorTold('update', { id: before.id, row, before }))
      if (before.gateway_id !== row.gateway_id) ungatewayed++
    } else summary.unchanged.sensors++
  }
  if (errors.length > 0) throw refused(errors)
  for (const rows of batchesOf(added)) {
    const ids = await addSensors(tx, rows)
    for (const row of rows) told.push(sensorTold('create', { id: ids.get(row.sensor_key), row }))
  }
  for (const rows of batchesOf(changed)) await changeSensors(tx, rows)
  if (ungatewayed > 0) {
    summary.warnings.push(`Sensors that moved to another building have no gateway now: ${ungatewayed}.`)
  }
  summary.created.sensors = added.length
  summary.updated.sensors = changed.length
  if (!dryRun) await append(tx, rights.by, [...told, importTold(summary)])
  return summary
}

/** The file as a whole; what it made and changed has entries of its own, as if it had been done one by one. */
const importTold = ({ rows, created, updated, unchanged }: ImportSummary): AuditEvent => {
  const made = Object.fromEntries(Object.entries(created).map(([things, count]) => [`created_${things}`, count]))
  const kept = { updated_sensors: updated.sensors, unchanged_sensors: unchanged.sensors }
  return { action: 'sensor.import', details: { rows, ...made, ...kept } }
}

const sensorTold = (
  what: 'create' | 'update',
  { id, row, before }: { id: number | undefined; row: SensorRow; before?: SensorRow },
): AuditEvent => ({
  action: `sensor.${what}`,
  thing: { kind: 'sensor', id, name: row.name },
  buildingId: row.building_id,
  ...(before && { before: toldOf(before) }),
  after: toldOf(row),
})

/** As the API has it. */
const toldOf = ({ x, y, ...row }: SensorRow) => ({ ...row, position: x === null || y === null ? null : { x, y } })

/** The sensor as the line wants it; what the line says nothing of is as before. */
function rowOf(line: SensorLine, place: Place, before: SensorRow | undefined): SensorRow {
  const { building_id, floor_id } = place
  const sameFloor = before?.floor_id === floor_id
  const sameUnit = line.unit === undefined && before?.sensor_type === line.sensor_type
  return {
    building_id,
    floor_id,
    zone_id: place.zone_id !== undefined ? place.zone_id : sameFloor ? before.zone_id : null,
    gateway_id: before?.building_id === building_id ? before.gateway_id : null,
    sensor_key: line.sensor_key,
    name: line.name,
    sensor_type: line.sensor_type,
    unit: line.unit ?? (sameUnit ? before.unit : sensorKinds[line.sensor_type].unit),
    x: line.x !== undefined ? line.x : (before?.x ?? null),
    y: line.y !== undefined ? line.y : (before?.y ?? null),
  }
}

async function sensorsByKey(tx: Kysely<Tables>, scope: Scope, lines: SensorLine[]) {
  const keys = lines.map((line) => line.sensor_key)
  const rows = await tx
    .selectFrom('sensor')
    .select(['id', 'building_id', 'floor_id', 'zone_id', 'gateway_id', 'sensor_key', 'name', 'sensor_type', 'unit'])
    .select(['x', 'y', withinScope(scope, { building: 'building_id' }).as('isWithin')])
    .where((e) => e('sensor_key', '=', e.fn.any(e.val(keys))))
    // None of them is moved to another building, and so maybe out of scope, before it is written.
    .forNoKeyUpdate()
    .execute()
  return new Map(rows.map(({ isWithin, ...sensor }) => [sensor.sensor_key, { isWithin, sensor }]))
}

const batchesOf = (rows: SensorRow[]): SensorRow[][] =>
  Array.from({ length: Math.ceil(rows.length / batchRows) }, (_, i) => rows.slice(i * batchRows, (i + 1) * batchRows))

const asTable = (rows: SensorRow[]) => sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as line (
  building_id int4, floor_id int4, zone_id int4, gateway_id int4,
  sensor_key text, name text, sensor_type text, unit text, x float8, y float8)`

/** @returns their ids by key */
async function addSensors(tx: Kysely<Tables>, rows: SensorRow[]): Promise<Map<string, number>> {
  const added = await sql<{ id: number; sensor_key: string }>`
    insert into sensor (building_id, floor_id, zone_id, gateway_id, sensor_key, name, sensor_type, unit, x, y)
    select building_id, floor_id, zone_id, gateway_id, sensor_key, name, sensor_type, unit, x, y
    from ${asTable(rows)} returning id, sensor_key`.execute(tx)
  return new Map(added.rows.map(({ id, sensor_key }) => [sensor_key, id]))
}

const changeSensors = (tx: Kysely<Tables>, rows: SensorRow[]) =>
  sql`
    update sensor set
      building_id = line.building_id, floor_id = line.floor_id, zone_id = line.zone_id, gateway_id = line.gateway_id,
      name = line.name, sensor_type = line.sensor_type, unit = line.unit, x = line.x, y = line.y, updated_at = now()
    from ${asTable(rows)} where sensor.sensor_key = line.sensor_key`.execute(tx)
