import type { Kysely } from 'kysely'
import type { Known, SurestRead, Tables } from '#platform'
import { asLatest, type Latest, type LatestReadings } from '#readings'
import type { KnownBuilding, KnownFloor, Registry, ShownSensor } from '#registry'
import { dashboardStore, type Found } from './store.ts'

/** A sensor with what it read last. */
export interface SensorNow {
  sensor: ShownSensor
  latest: Latest
}
export interface FloorNow {
  floor: KnownFloor
  building: KnownBuilding
  /** In the order in which they are shown. */
  sensors: SensorNow[]
  /** When something of it may no longer be believed, milliseconds since 1970. */
  untilMs: number
}
export interface BuildingNow {
  building: KnownBuilding
  /** By level. */
  floorIds: number[]
  untilMs: number
}

export type FloorsNow = ReturnType<typeof createFloorsNow>

interface FloorParts {
  floor: Known<KnownFloor> | undefined
  sensors: Known<ShownSensor[]> | undefined
  buildingOf(id: number): Known<KnownBuilding> | undefined
  latestOf(id: number): Known<Latest> | undefined
}

/** @returns undefined where a part is missing */
function assembled({ floor, sensors, buildingOf, latestOf }: FloorParts): FloorNow | undefined {
  const building = floor && buildingOf(floor.value.buildingId)
  if (!building || !sensors) return undefined
  const now: FloorNow = {
    floor: floor.value,
    building: building.value,
    sensors: [],
    untilMs: Math.min(floor.untilMs, building.untilMs, sensors.untilMs),
  }
  for (const sensor of sensors.value) {
    const latest = latestOf(sensor.id)
    if (!latest) return undefined
    now.sensors.push({ sensor, latest: latest.value })
    if (latest.untilMs < now.untilMs) now.untilMs = latest.untilMs
  }
  return now
}

/**
 * Floors as they are now, put together from what is remembered: no query where all of it is, and one for all that is
 * not, however many sensors.
 */
export function createFloorsNow({
  remembered: { buildings, floorsOf, floors, sensorsOn },
  latest: { kind: latest },
  read,
}: {
  remembered: Registry['remembered']
  latest: LatestReadings
  read: SurestRead
}) {
  const kinds = [buildings, floorsOf, floors, sensorsOn, latest]
  const touches = (): number => kinds.reduce((sum, kind) => sum + kind.touches(), 0)

  /** Everything of some floors in one statement, and remembered. */
  const load = async (query: (db: Kysely<Tables>) => Promise<Found>, isWholeBuilding = false) => {
    using begun = new DisposableStack()
    const begin = async (kind: (typeof kinds)[number]) => begun.use(await kind.begin())
    const [inBuildings, inFloorsOf, inFloors, inSensorsOn, inLatest] = await Promise.all([
      begin(buildings),
      begin(floorsOf),
      begin(floors),
      begin(sensorsOn),
      begin(latest),
    ])
    const { found, mayLag } = await read(query)
    const of = <V>(rows: ReadonlyMap<number, V>) => ({ found: rows, mayLag })
    return {
      buildings: buildings.take(inBuildings, of(found.buildings)),
      floorsOf: floorsOf.take(inFloorsOf, of(isWholeBuilding ? found.floorsOf : new Map())),
      floors: floors.take(inFloors, of(found.floors)),
      sensorsOn: sensorsOn.take(inSensorsOn, of(found.sensorsOn)),
      latest: latest.take(inLatest, asLatest(of(found.latest))),
    }
  }
  type Loaded = Awaited<ReturnType<typeof load>>

  const flights = new Map<string, { touches: number; loaded: Promise<Loaded> }>()
  /** One at a time for all who ask for the same, but none that began before something was changed. */
  const loadOnce = (key: string, start: () => Promise<Loaded>): Promise<Loaded> => {
    const known = flights.get(key)
    if (known?.touches === touches()) return known.loaded
    const flight = { touches: touches(), loaded: start() }
    flights.set(key, flight)
    const ended = (): void => {
      if (flights.get(key) === flight) flights.delete(key)
    }
    flight.loaded.then(ended, ended)
    return flight.loaded
  }

  const peek = (id: number): FloorNow | undefined => {
    const isLive = latest.liveNow()
    let found = 0
    const now = assembled({
      floor: floors.peek(id),
      sensors: sensorsOn.peek(id),
      buildingOf: buildings.peek,
      latestOf(sensorId) {
        const copy = latest.held(sensorId)
        if (!isLive(copy)) return undefined
        found++
        return copy
      },
    })
    if (now) for (const kind of [floors, sensorsOn, buildings]) kind.count(1)
    if (now) latest.count(found)
    return now
  }

  const inFull = async (ids: readonly number[]): Promise<FloorNow[]> => {
    const {
      floors: some,
      sensorsOn: lists,
      ...all
    } = await loadOnce(`floors ${ids.join()}`, () => load((db) => dashboardStore.floors(db, ids)))
    const parts = { buildingOf: (id: number) => all.buildings.get(id), latestOf: (id: number) => all.latest.get(id) }
    return ids.flatMap((id) => assembled({ floor: some.get(id), sensors: lists.get(id), ...parts }) ?? [])
  }

  /** Of floors whose registry is remembered, what else there is. */
  const completed = async (
    known: readonly { floor: Known<KnownFloor>; sensors: Known<ShownSensor[]> }[],
  ): Promise<FloorNow[]> => {
    const [some, newest] = await Promise.all([
      buildings.getMany([...new Set(known.map(({ floor }) => floor.value.buildingId))]),
      latest.getMany(known.flatMap(({ sensors }) => sensors.value.map(({ id }) => id))),
    ])
    const parts = { buildingOf: (id: number) => some.get(id), latestOf: (id: number) => newest.get(id) }
    const complete = known.map((one) => assembled({ ...one, ...parts }))
    // Where a sensor was deleted meanwhile, all is read at once.
    const torn = known.filter((_, i) => complete[i] === undefined).map(({ floor }) => floor.value.id)
    const whole = torn.length > 0 ? await inFull(torn) : []
    return [...complete.filter((one) => one !== undefined), ...whole]
  }

  return {
    peek,

    /** What is not there is not in it. */
    async floors(ids: readonly number[]): Promise<Map<number, FloorNow>> {
      const found: FloorNow[] = []
      const missing: number[] = []
      for (const id of ids) {
        const now = peek(id)
        if (now) found.push(now)
        else missing.push(id)
      }
      if (missing.length > 0) {
        const [some, lists] = await Promise.all([floors.remembered(missing), sensorsOn.remembered(missing)])
        const known = missing.flatMap((id) => {
          const [floor, sensors] = [some.get(id), lists.get(id)]
          return floor && sensors ? { floor, sensors } : []
        })
        const isKnown = new Set(known.map(({ floor }) => floor.value.id))
        const cold = missing.filter((id) => !isKnown.has(id))
        const rest = await Promise.all([known.length > 0 ? completed(known) : [], cold.length > 0 ? inFull(cold) : []])
        found.push(...rest.flat())
      }
      return new Map(found.map((now) => [now.floor.id, now]))
    },

    /** A building and which floors it has; where it is not remembered, they are read with all that is on them. */
    async building(id: number): Promise<BuildingNow | undefined> {
      const [some, lists] = await Promise.all([buildings.remembered([id]), floorsOf.remembered([id])])
      let [building, floorIds] = [some.get(id), lists.get(id)]
      if (!building || !floorIds) {
        const loaded = await loadOnce(`building ${id}`, () => load((db) => dashboardStore.building(db, id), true))
        building = loaded.buildings.get(id)
        floorIds = loaded.floorsOf.get(id)
      }
      if (!building || !floorIds) return undefined
      const untilMs = Math.min(building.untilMs, floorIds.untilMs)
      return { building: building.value, floorIds: floorIds.value, untilMs }
    },

    /** Where a floor stands; undefined where there is no such floor. */
    async placeOf(id: number): Promise<{ floorId: number; buildingId: number } | undefined> {
      const floor = floors.peek(id) ?? (await floors.getMany([id])).get(id)
      return floor && { floorId: id, buildingId: floor.value.buildingId }
    },
  }
}
