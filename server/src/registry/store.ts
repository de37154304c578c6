import type { BuildingInput, FloorInput, GatewayInput, SensorInput, SensorType, ZoneInput } from '@plenum/contract'
import { sensorKinds, sensorTypes } from '@plenum/contract'
import { type Insertable, type Kysely, type RawBuilder, type Selectable, sql } from 'kysely'
import { buildingWithinScope, type Scope, withinScope } from '#auth'
import { type LastUse, type Tables, writeLastUses } from '#platform'
import type { Things } from './constraints.ts'
import { mayBecome } from './kind-change.ts'

export type RegistryStore = ReturnType<typeof createStore>
export type Row<T extends Things> = Selectable<Tables[T]>
type Patch = Record<string, unknown>

/** Columns that a query may filter by, as given; undefined ones do not filter. */
type Filter = Record<string, string | number | undefined>

const now = sql<Date>`now()`
/** Keeps the statement valid where a patch is empty, and says when a row last changed. */
const touched = (patch: Patch) => ({ ...patch, updated_at: now })

const position = (value: { x: number; y: number } | null | undefined) =>
  value === undefined ? {} : { x: value?.x ?? null, y: value?.y ?? null }

const floorWithin = (scope: Scope) => withinScope(scope, { building: 'floor.building_id', floor: 'floor.id' })

/** What holds for rows that are there for whoever has the scope; of all others a statement sees nothing. */
const within: Record<Things, (scope: Scope) => RawBuilder<boolean>> = {
  building: (scope) => buildingWithinScope(scope, 'building.id'),
  floor: floorWithin,
  zone: (scope) =>
    scope === null
      ? sql<boolean>`true`
      : sql<boolean>`zone.floor_id in (select id from floor where ${floorWithin(scope)})`,
  sensor: (scope) => withinScope(scope, { building: 'sensor.building_id', floor: 'sensor.floor_id' }),
  gateway: (scope) => withinScope(scope, { building: 'gateway.building_id' }),
}
/** Whoever sees a floor sees its building, but changes nothing of it. */
const changeable = {
  ...within,
  building: (scope: Scope) => withinScope(scope, { building: 'building.id' }),
}

/** A parent as a statement looks it up: null where there is none within the scope, which no row takes. */
const buildingWithin = (scope: Scope, id: number) =>
  sql<number>`(select id from building where id = ${id} and ${changeable.building(scope)})`
const floorIdWithin = (scope: Scope, id: number) =>
  sql<number>`(select id from floor where id = ${id} and ${floorWithin(scope)})`
/** The floor of a sensor decides its building. */
const buildingOfFloor = (scope: Scope, floorId: number) =>
  sql<number>`(select building_id from floor where id = ${floorId} and ${floorWithin(scope)})`

/** A kind that a sensor can't become is null, which no row takes. */
const ofKind = (kind: SensorType, unit: unknown) => ({
  sensor_type: sql`case when sensor_type = any(${sensorTypes.filter((before) => mayBecome(before, kind))}::text[])
    then ${kind} end`,
  // What measures something else measures in another unit: the default of its new kind, where none is given.
  unit: unit ?? sql`case sensor_type when ${kind} then unit else ${sensorKinds[kind].unit} end`,
})

/** The registry's tables, as far as a scope goes. Rows are rows; their wire form is made in `wire.ts`. */
export function createStore(db: Kysely<Tables>) {
  /** One page after the id, in order of id: one row more than asked tells whether there is a next page. */
  const page = <T extends Things>(
    scope: Scope,
    table: T,
    filter: Filter,
    after: number,
    limit: number,
  ): Promise<Row<T>[]> => {
    const given = Object.entries(filter).filter(([, value]) => value !== undefined)
    const conditions = given.map(([column, value]) => sql`${sql.ref(column)} = ${value}`)
    const where = sql.join([sql`id > ${after}`, within[table](scope), ...conditions], sql` and `)
    return sql<Row<T>>`select * from ${sql.table(table)} where ${where} order by id limit ${limit + 1}`
      .execute(db)
      .then((result) => result.rows)
  }
  const find = <T extends Things>(scope: Scope, table: T, id: number): Promise<Row<T> | undefined> =>
    sql<Row<T>>`select * from ${sql.table(table)} where id = ${id} and ${within[table](scope)}`
      .execute(db)
      .then((result) => result.rows[0])
  /** The row if whoever has the scope may change it, which until the end of the transaction nobody else does. */
  const hold = <T extends Things>(scope: Scope, table: T, id: number): Promise<Row<T> | undefined> =>
    sql<Row<T>>`select * from ${sql.table(table)} where id = ${id} and ${changeable[table](scope)} for no key update`
      .execute(db)
      .then((result) => result.rows[0])
  const remove = async (scope: Scope, table: Things, id: number): Promise<boolean> => {
    const { numAffectedRows } =
      await sql`delete from ${sql.table(table)} where id = ${id} and ${changeable[table](scope)}`.execute(db)
    return numAffectedRows === 1n
  }

  const timeZones = new Set<string>()

  return {
    /** Days are counted here and in PostgreSQL, so both must know the name; its list is slow to read (50 ms). */
    knowsTimeZone: async (name: string): Promise<boolean> => {
      if (timeZones.has(name)) return true
      const known = await sql`select 1 from pg_timezone_names where lower(name) = lower(${name})`.execute(db)
      if (known.rows.length > 0) timeZones.add(name)
      return known.rows.length > 0
    },
    page,
    find,
    hold,
    remove,
    buildingOfFloor: async (floorId: number): Promise<number | null> => {
      const floor = await db.selectFrom('floor').select('building_id').where('id', '=', floorId).executeTakeFirst()
      return floor?.building_id ?? null
    },
    addBuilding: (input: BuildingInput) =>
      db.insertInto('building').values(input).returningAll().executeTakeFirstOrThrow(),
    addFloor: (scope: Scope, input: FloorInput) =>
      db
        .insertInto('floor')
        .values({ ...input, building_id: buildingWithin(scope, input.building_id) })
        .returningAll()
        .executeTakeFirstOrThrow(),
    addGateway: (scope: Scope, input: GatewayInput) =>
      db
        .insertInto('gateway')
        .values({ ...input, building_id: buildingWithin(scope, input.building_id) })
        .returningAll()
        .executeTakeFirstOrThrow(),
    addZone: (scope: Scope, { outline, ...input }: ZoneInput) =>
      db
        .insertInto('zone')
        .values({
          ...input,
          floor_id: floorIdWithin(scope, input.floor_id),
          outline: outline ? JSON.stringify(outline) : null,
        })
        .returningAll()
        .executeTakeFirstOrThrow(),
    addSensor: (scope: Scope, { position: place, ...input }: SensorInput) => {
      const kind = sensorKinds[input.sensor_type as SensorType]
      const row = {
        ...input,
        unit: input.unit ?? kind.unit,
        building_id: buildingOfFloor(scope, input.floor_id),
        ...position(place),
      }
      return db
        .insertInto('sensor')
        .values(row as unknown as Insertable<Tables['sensor']>)
        .returningAll()
        .executeTakeFirstOrThrow()
    },

    patch: async <T extends 'building' | 'floor' | 'gateway'>(scope: Scope, table: T, id: number, patch: Patch) => {
      const { building_id } = patch
      const moved = typeof building_id === 'number' ? { building_id: buildingWithin(scope, building_id) } : {}
      return (await db
        .updateTable(table as 'floor')
        .set(touched({ ...patch, ...moved }))
        .where('id', '=', id)
        .where(changeable[table](scope))
        .returningAll()
        .executeTakeFirst()) as Row<T> | undefined
    },
    patchZone: (scope: Scope, id: number, { outline, ...patch }: Patch) => {
      const { floor_id } = patch
      const moved = typeof floor_id === 'number' ? { floor_id: floorIdWithin(scope, floor_id) } : {}
      const shape = outline === undefined ? {} : { outline: outline === null ? null : JSON.stringify(outline) }
      return db
        .updateTable('zone')
        .set(touched({ ...patch, ...moved, ...shape }))
        .where('id', '=', id)
        .where(within.zone(scope))
        .returningAll()
        .executeTakeFirst()
    },
    patchSensor: (
      scope: Scope,
      id: number,
      { position: place, ...patch }: Patch & { position?: { x: number; y: number } | null },
    ) => {
      const { floor_id, sensor_type, unit } = patch
      const moved = typeof floor_id === 'number' ? { building_id: buildingOfFloor(scope, floor_id) } : {}
      const measures = typeof sensor_type === 'string' ? ofKind(sensor_type as SensorType, unit) : {}
      return db
        .updateTable('sensor')
        .set(touched({ ...patch, ...moved, ...measures, ...position(place) }))
        .where('id', '=', id)
        .where(within.sensor(scope))
        .returningAll()
        .executeTakeFirst()
    },

    zonePage: (scope: Scope, filter: { building_id?: number; floor_id?: number }, after: number, limit: number) =>
      db
        .selectFrom('zone')
        .innerJoin('floor', 'floor.id', 'zone.floor_id')
        .selectAll('zone')
        .where('zone.id', '>', after)
        .where(floorWithin(scope))
        .$if(filter.floor_id !== undefined, (q) => q.where('zone.floor_id', '=', filter.floor_id ?? 0))
        .$if(filter.building_id !== undefined, (q) => q.where('floor.building_id', '=', filter.building_id ?? 0))
        .orderBy('zone.id')
        .limit(limit + 1)
        .execute(),

    noteGatewaysSeen: (uses: readonly LastUse<number>[]): Promise<void> =>
      writeLastUses(db, 'gateway.last_seen_at', uses),
  }
}
