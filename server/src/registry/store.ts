import type { BuildingInput, FloorInput, GatewayInput, SensorInput, SensorType, ZoneInput } from '@plenum/contract'
import { sensorKinds } from '@plenum/contract'
import { type Insertable, type Kysely, type Selectable, sql } from 'kysely'
import type { Tables } from '#platform'
import type { Things } from './constraints.ts'

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

/** The registry's tables. Rows are rows; their wire form is made in `wire.ts`. */
export function createStore(db: Kysely<Tables>) {
  /** One page after the id, in order of id: one row more than asked tells whether there is a next page. */
  const page = <T extends Things>(table: T, filter: Filter, after: number, limit: number): Promise<Row<T>[]> => {
    const given = Object.entries(filter).filter(([, value]) => value !== undefined)
    const conditions = given.map(([column, value]) => sql`${sql.ref(column)} = ${value}`)
    const where = sql.join([sql`id > ${after}`, ...conditions], sql` and `)
    return sql<Row<T>>`select * from ${sql.table(table)} where ${where} order by id limit ${limit + 1}`
      .execute(db)
      .then((result) => result.rows)
  }
  const find = <T extends Things>(table: T, id: number): Promise<Row<T> | undefined> =>
    sql<Row<T>>`select * from ${sql.table(table)} where id = ${id}`.execute(db).then((result) => result.rows[0])
  const remove = async (table: Things, id: number): Promise<boolean> => {
    const { numAffectedRows } = await sql`delete from ${sql.table(table)} where id = ${id}`.execute(db)
    return numAffectedRows === 1n
  }
  /** The floor of a sensor decides its building. */
  const buildingOf = (floorId: number) => sql<number>`(select building_id from floor where id = ${floorId})`

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
    remove,
    addBuilding: (input: BuildingInput) =>
      db.insertInto('building').values(input).returningAll().executeTakeFirstOrThrow(),
    addFloor: (input: FloorInput) => db.insertInto('floor').values(input).returningAll().executeTakeFirstOrThrow(),
    addGateway: (input: GatewayInput) =>
      db.insertInto('gateway').values(input).returningAll().executeTakeFirstOrThrow(),
    addZone: ({ outline, ...input }: ZoneInput) =>
      db
        .insertInto('zone')
        .values({ ...input, outline: outline ? JSON.stringify(outline) : null })
        .returningAll()
        .executeTakeFirstOrThrow(),
    addSensor: ({ position: place, ...input }: SensorInput) => {
      const kind = sensorKinds[input.sensor_type as SensorType]
      const row = {
        ...input,
        unit: input.unit ?? kind.unit,
        building_id: buildingOf(input.floor_id),
        ...position(place),
      }
      return db
        .insertInto('sensor')
        .values(row as unknown as Insertable<Tables['sensor']>)
        .returningAll()
        .executeTakeFirstOrThrow()
    },

    patch: async <T extends Exclude<Things, 'sensor' | 'zone'>>(table: T, id: number, patch: Patch) =>
      (await db
        .updateTable(table as 'building')
        .set(touched(patch))
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()) as Row<T> | undefined,
    patchZone: (id: number, { outline, ...patch }: Patch) => {
      const shape = outline === undefined ? {} : { outline: outline === null ? null : JSON.stringify(outline) }
      return db
        .updateTable('zone')
        .set(touched({ ...patch, ...shape }))
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()
    },
    patchSensor: (
      id: number,
      { position: place, ...patch }: Patch & { position?: { x: number; y: number } | null },
    ) => {
      const { floor_id, sensor_type, unit } = patch
      const moved = typeof floor_id === 'number' ? { building_id: buildingOf(floor_id) } : {}
      // What measures something else measures in another unit: the default of its new kind, where none is given.
      const measures =
        typeof sensor_type === 'string' && unit === undefined
          ? {
              unit: sql`case sensor_type when ${sensor_type} then unit else ${sensorKinds[sensor_type as SensorType].unit} end`,
            }
          : {}
      return db
        .updateTable('sensor')
        .set(touched({ ...patch, ...moved, ...measures, ...position(place) }))
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()
    },

    zonePage: (filter: { building_id?: number; floor_id?: number }, after: number, limit: number) =>
      db
        .selectFrom('zone')
        .innerJoin('floor', 'floor.id', 'zone.floor_id')
        .selectAll('zone')
        .where('zone.id', '>', after)
        .$if(filter.floor_id !== undefined, (q) => q.where('zone.floor_id', '=', filter.floor_id ?? 0))
        .$if(filter.building_id !== undefined, (q) => q.where('floor.building_id', '=', filter.building_id ?? 0))
        .orderBy('zone.id')
        .limit(limit + 1)
        .execute(),

    /** `alsoDelete` runs in the same transaction: what other slices keep of the sensor goes with it or not at all. */
    removeSensor: (id: number, alsoDelete: (tx: Kysely<Tables>) => Promise<void>): Promise<boolean> =>
      db.transaction().execute(async (tx) => {
        const { numDeletedRows } = await tx.deleteFrom('sensor').where('id', '=', id).executeTakeFirst()
        if (numDeletedRows === 1n) await alsoDelete(tx)
        return numDeletedRows === 1n
      }),

    /** What ingest must know of the sensors named by id or key, in one query. */
    sensorsNamed: (ids: number[], keys: string[]) =>
      db
        .selectFrom('sensor')
        .innerJoin('building', 'building.id', 'sensor.building_id')
        .select(['sensor.id', 'sensor_key', 'building_id', 'floor_id', 'sensor_type', 'timezone'])
        .where((e) =>
          e.or([
            e('sensor.id', '=', sql<number>`any(${ids}::int4[])`),
            e('sensor_key', '=', sql<string>`any(${keys}::text[])`),
          ]),
        )
        .execute(),

    gatewaySeen: async (id: number): Promise<void> => {
      await db.updateTable('gateway').set({ last_seen_at: now }).where('id', '=', id).execute()
    },
  }
}
