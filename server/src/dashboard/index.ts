import type { IncomingMessage } from 'node:http'
import { presenceTypes } from '@plenum/contract'
import type { Kysely } from 'kysely'
import { can, floorsWithin, type Principal, scopeOf, seesPresence } from '#auth'
import { type App, type Clock, type SurestRead, type Tables, unheardLifeMs } from '#platform'
import type { LatestReadings } from '#readings'
import type { Registry, RegistryChange } from '#registry'
import { floorBody, sparklinesBody } from './bodies.ts'
import { type BodyCache, type Built, createBodyCache } from './body-cache.ts'
import { createBuildings } from './buildings.ts'
import { dashboardErrors } from './errors.ts'
import { createFloorAtOnce } from './floor-at-once.ts'
import { createFloorsNow } from './floors-now.ts'
import { createOverview } from './overview.ts'
import { createOverviewStore } from './overview-store.ts'
import { dashboardRoutes } from './routes.ts'
import type { Seen } from './seen.ts'
import { dashboardStore } from './store.ts'
import { createVersions, type Versions } from './versions.ts'

export type { CachedBody } from './body-cache.ts'
export type { Seen } from './seen.ts'
export type Dashboard = ReturnType<typeof createDashboard>

export interface DashboardContext {
  /** For what is not remembered; may be a replica. */
  db: Kysely<Tables>
  read: SurestRead
  remembered: Registry['remembered']
  latest: LatestReadings
  /** Whether what other instances write is heard. */
  hearsOthers(): boolean
  clock: Clock
}

const minuteMs = 60_000
const sparklineSteps = 60
/** Whole minutes, so there is nothing new in them more often; late readings show after this at the latest. */
const sparklinesMs = 15_000

/** A floor looks the same to all who see it, but for presence. */
const floorKey = (floorId: number, withPresence: boolean): string => `${floorId} ${withPresence}`

/** What people watch, each what they may see of it. */
export function createDashboard({ db, read, remembered, latest, hearsOthers, clock }: DashboardContext) {
  const now = createFloorsNow({ remembered, latest, read })
  const longestMs = () => (hearsOthers() ? Infinity : unheardLifeMs)
  const overview = createOverview({ store: createOverviewStore(db), clock })
  const floors = createBodyCache({ clock, longestMs, max: 2_000 })
  const buildings = createBodyCache({ clock, longestMs, max: 500 })
  const sparklines = createBodyCache({ clock, longestMs, max: 2_000 })
  /** Of what floors and buildings show, and of what of the registry is in sparklines. */
  const shown = { floors: createVersions(), buildings: createVersions() }
  const registered = createVersions()
  const summedUp = createBuildings({ now, clock, versions: shown.floors })

  const buildFloor = async (floorId: number, withPresence: boolean): Promise<Built> => {
    const floor = now.peek(floorId) ?? (await now.floors([floorId])).get(floorId)
    if (floor === undefined) throw dashboardErrors.dashboard_floor_not_found()
    return {
      place: { buildingId: floor.floor.buildingId, floorId },
      ...floorBody(floor, withPresence, clock.now()),
    }
  }
  const buildSparklines = async (floorId: number, withPresence: boolean): Promise<Built> => {
    const place = await now.placeOf(floorId)
    if (place === undefined) throw dashboardErrors.dashboard_floor_not_found()
    const nowMs = clock.now()
    const toMs = Math.floor(nowMs / minuteMs) * minuteMs + minuteMs
    const fromMs = toMs - sparklineSteps * minuteMs
    const stepS = minuteMs / 1_000
    const time = { from: new Date(fromMs), to: new Date(toMs), stepS }
    const rows = await dashboardStore.buckets(db, floorId, withPresence ? [] : presenceTypes, time)
    const content = sparklinesBody(floorId, rows, fromMs, stepS, sparklineSteps)
    return { place, content, untilMs: nowMs + sparklinesMs }
  }

  /**
   * The scope is looked at before a body is built, so that what is out of it costs no more than what is not there, and
   * again at the body itself, which says where the floor stood when it was read.
   */
  const ofFloor =
    (cache: BodyCache, versions: Versions, build: (floorId: number, withPresence: boolean) => Promise<Built>) =>
    async (principal: Principal, floorId: number): Promise<Seen> => {
      const withPresence = seesPresence(principal)
      const key = floorKey(floorId, withPresence)
      if (scopeOf(principal) !== null && !cache.has(key, versions.of(floorId))) {
        const place = await now.placeOf(floorId)
        if (place === undefined || !can(principal, 'read', place)) throw dashboardErrors.dashboard_floor_not_found()
      }
      const again = () => cache.get(key, versions.of(floorId), () => build(floorId, withPresence))
      const answer = await again()
      if (!can(principal, 'read', answer.body.place)) throw dashboardErrors.dashboard_floor_not_found()
      return { ...answer, key, again }
    }

  const ofBuilding = async (principal: Principal, buildingId: number): Promise<Seen> => {
    const place = { buildingId }
    if (!can(principal, 'read', place)) throw dashboardErrors.dashboard_building_not_found()
    const withPresence = seesPresence(principal)
    const floorIds = floorsWithin(scopeOf(principal), buildingId)
    const key = `${buildingId} ${floorIds?.join() ?? 'all'} ${withPresence}`
    const build = async (): Promise<Built> => {
      const built = await summedUp(buildingId, floorIds, withPresence)
      if (!built) throw dashboardErrors.dashboard_building_not_found()
      return { place, ...built }
    }
    const again = () => buildings.get(key, shown.buildings.of(buildingId), build)
    return { ...(await again()), key, again }
  }
  const floor = ofFloor(floors, shown.floors, buildFloor)

  return {
    routes: (app: App) =>
      dashboardRoutes(app, {
        floor,
        building: ofBuilding,
        buildings: overview.seen,
        sparklines: ofFloor(sparklines, registered, buildSparklines),
      }),

    /** A floor's answer where nothing has to be waited for. @param callerAtOnce whoever asks, where that is so too */
    floorAtOnce: (callerAtOnce: (request: IncomingMessage) => Principal | null) =>
      createFloorAtOnce({
        callerAtOnce,
        held(principal, floorId) {
          const body = floors.held(floorKey(floorId, seesPresence(principal)), shown.floors.of(floorId))
          return body !== null && can(principal, 'read', body.place) ? body : null
        },
      }),

    /** As whoever asks may see it. @throws dashboard_floor_not_found */
    floor,
    /** @throws dashboard_building_not_found */
    building: ofBuilding,
    /** All that there is to see, which may be nothing. */
    buildings: overview.seen,

    /** These floors have new readings. What is remembered of them has been told before. */
    readingsArrived(floorIds: ReadonlySet<number>): void {
      overview.readingsArrived(floorIds)
      shown.floors.changed(floorIds)
      const buildingIds = new Set<number>()
      for (const id of floorIds) {
        const floorNow = remembered.floors.held(id)
        // Where a floor stands that nobody has asked for lately is not known here.
        if (!floorNow) return shown.buildings.changed(null)
        buildingIds.add(floorNow.value.buildingId)
      }
      shown.buildings.changed(buildingIds)
    },

    /** What is remembered of it has been told before. null: anything may be another */
    registryChanged(change: RegistryChange): void {
      overview.registryChanged()
      shown.floors.changed(change && change.floors)
      shown.buildings.changed(change && change.buildings)
      registered.changed(change && change.floors)
    },
  }
}
