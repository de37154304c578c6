import type { Kysely } from 'kysely'
import { append, type By } from '#audit'
import type { Scope } from '#auth'
import type { Tables } from '#platform'
import type { Things } from './constraints.ts'
import { createStore, type RegistryStore, type Row } from './store.ts'
import { toBuilding, toFloor, toGateway, toSensor, toZone } from './wire.ts'

/** Who writes, and how far they may. */
export interface Writer {
  scope: Scope
  by: By
}

export type ToldWrites = ReturnType<typeof createToldWrites>

/** As the API answers it, which is how people know it. */
const onWire: { [T in Things]: (row: Row<T>) => object } = {
  building: toBuilding,
  floor: toFloor,
  zone: toZone,
  sensor: toSensor,
  gateway: toGateway,
}

type AnyRow = { [T in Things]: Row<T> }[Things]

const buildingOf = async (store: RegistryStore, table: Things, row: AnyRow): Promise<number | null> => {
  if (table === 'building') return row.id
  return 'building_id' in row ? row.building_id : store.buildingOfFloor((row as Row<'zone'>).floor_id)
}

/** Writes of the registry, each with its entry in the audit log: together or not at all. */
export function createToldWrites(db: Kysely<Tables>) {
  const told = async (store: RegistryStore, table: Things, row: AnyRow) => ({
    thing: { kind: table, id: row.id, name: row.name },
    buildingId: await buildingOf(store, table, row),
  })

  return {
    create: <T extends Things>(
      { by }: Writer,
      table: T,
      write: (store: RegistryStore) => Promise<Row<T>>,
    ): Promise<Row<T>> =>
      db.transaction().execute(async (tx) => {
        const store = createStore(tx)
        const row = await write(store)
        const after = onWire[table](row)
        await append(tx, by, {
          action: `${table}.create`,
          ...(await told(store, table, row as AnyRow)),
          after: { ...after },
        })
        return row
      }),

    /** @returns the row as it was and as it is; undefined where it is not there for whoever writes */
    patch: <T extends Things>(
      { scope, by }: Writer,
      table: T,
      id: number,
      write: (store: RegistryStore) => Promise<Row<T> | undefined>,
    ): Promise<{ found: Row<T>; row: Row<T> } | undefined> =>
      db.transaction().execute(async (tx) => {
        const store = createStore(tx)
        // Held until the end, so that between the two nobody else's change is taken for this one's.
        const found = await store.hold(scope, table, id)
        const row = found && (await write(store))
        if (!row) return undefined
        const [before, after] = [onWire[table](found), onWire[table](row)]
        const event = { ...(await told(store, table, row as AnyRow)), before: { ...before }, after: { ...after } }
        await append(tx, by, { action: `${table}.update`, ...event })
        return { found, row }
      }),

    /**
     * @param alsoDelete what other slices keep of the thing, which goes with it
     * @returns the row that is gone; undefined where it is not there for whoever writes
     */
    remove: <T extends Things>(
      { scope, by }: Writer,
      table: T,
      id: number,
      alsoDelete: (tx: Kysely<Tables>) => Promise<void> = async () => {},
    ): Promise<Row<T> | undefined> =>
      db.transaction().execute(async (tx) => {
        const store = createStore(tx)
        const row = await store.hold(scope, table, id)
        if (!row || !(await store.remove(scope, table, id))) return undefined
        await alsoDelete(tx)
        const before = onWire[table](row)
        await append(tx, by, {
          action: `${table}.delete`,
          ...(await told(store, table, row as AnyRow)),
          before: { ...before },
        })
        return row
      }),
  }
}
