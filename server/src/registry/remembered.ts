import type { Cache, SurestRead } from '#platform'
import type { RegistryChange } from './change.ts'
import {
  type KnownBuilding,
  type KnownFloor,
  type KnownSensor,
  rememberedStore,
  type ShownSensor,
} from './remembered-store.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** The registry as others read it all the time: remembered until it is changed. */
export function createRemembered(cache: Cache, read: SurestRead) {
  const buildings = cache.kind<KnownBuilding>('building', {
    max: 10_000,
    lifeMs: dayMs,
    load: (ids) => read((db) => rememberedStore.buildings(db, ids)),
  })
  /** Ids of the floors of a building, by level. Read with all that is on them, as are the sensors of a floor. */
  const floorsOf = cache.kind<number[]>('floors:building', {
    max: 10_000,
    lifeMs: dayMs,
  })
  const floors = cache.kind<KnownFloor>('floor', {
    max: 50_000,
    lifeMs: dayMs,
    load: (ids) => read((db) => rememberedStore.floors(db, ids)),
  })
  /** All sensors of a floor, as they are shown. */
  const sensorsOn = cache.kind<ShownSensor[]>('sensors:floor', {
    max: 10_000,
    lifeMs: hourMs,
  })
  /** What ingest must know of a sensor. */
  const sensors = cache.kind<KnownSensor>('sensor', {
    max: 200_000,
    lifeMs: hourMs,
    load: (ids) => read((db) => rememberedStore.sensors(db, ids, [])),
  })
  const each = (change: RegistryChange, tell: 'drop' | 'forget'): void => {
    for (const kind of [buildings, floorsOf]) kind[tell](change && change.buildings)
    for (const kind of [floors, sensorsOn]) kind[tell](change && change.floors)
    sensors[tell](change && change.sensors)
  }

  return {
    buildings,
    floorsOf,
    floors,
    sensorsOn,
    sensors,
    /** By key, which no copy can be found by. */
    sensorsByKey: async (keys: readonly string[]): Promise<KnownSensor[]> => {
      using reading = await sensors.begin()
      const known = sensors.take(reading, await read((db) => rememberedStore.sensors(db, [], keys)))
      return [...known.values()].map(({ value }) => value)
    },

    /** After a commit here. */
    changed: (change: RegistryChange): void => each(change, 'drop'),
    /** After a commit on another instance. */
    heard: (change: RegistryChange): void => each(change, 'forget'),
  }
}
