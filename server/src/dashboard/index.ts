import { presenceTypes } from '@plenum/contract'
import type { Kysely } from 'kysely'
import { can, floorsWithin, type Principal, scopeOf, seesPresence } from '#auth'
import type { App, Clock, Tables } from '#platform'
import { buildingBody, floorBody, sparklinesBody } from './bodies.ts'
import { type BodyCache, type Built, createBodyCache } from './body-cache.ts'
import { dashboardErrors } from './errors.ts'
import { createOverview } from './overview.ts'
import { dashboardRoutes } from './routes.ts'
import type { Seen } from './seen.ts'
import { createStore } from './store.ts'

export type { CachedBody } from './body-cache.ts'
export type { Seen } from './seen.ts'
export type Dashboard = ReturnType<typeof createDashboard>

const minuteMs = 60_000
const sparklineSteps = 60

/** A floor looks the same to all who see it, but for presence. */
const floorKey = (floorId: number, withPresence: boolean): string => `${floorId} ${withPresence}`

/** What people watch, each what they may see of it. Reads only, so `db` may be a replica. */
export function createDashboard({ db, clock }: { db: Kysely<Tables>; clock: Clock }) {
  const store = createStore(db)
  const overview = createOverview({ store, clock })
  const floors = createBodyCache({ clock, freshMs: 1_000, max: 2_000 })
  const buildings = createBodyCache({ clock, freshMs: 1_000, max: 500 })
  // Whole minutes, so there is nothing new in them more often; late readings show after this at the latest.
  const sparklines = createBodyCache({ clock, freshMs: 15_000, max: 2_000 })

  const buildFloor = async (floorId: number, withPresence: boolean): Promise<Built> => {
    const rows = await store.floor(floorId)
    const [first] = rows
    if (first === undefined) throw dashboardErrors.dashboard_floor_not_found()
    return { place: { buildingId: first.building_id, floorId }, content: floorBody(rows, withPresence, clock.now()) }
  }
  const buildSparklines = async (floorId: number, withPresence: boolean): Promise<Built> => {
    const place = await store.placeOf(floorId)
    if (place === undefined) throw dashboardErrors.dashboard_floor_not_found()
    const toMs = Math.floor(clock.now() / minuteMs) * minuteMs + minuteMs
    const fromMs = toMs - sparklineSteps * minuteMs
    const stepS = minuteMs / 1_000
    const time = { from: new Date(fromMs), to: new Date(toMs), stepS }
    const rows = await store.buckets(floorId, withPresence ? [] : presenceTypes, time)
    return { place, content: sparklinesBody(floorId, rows, fromMs, stepS, sparklineSteps) }
  }

  /**
   * The scope is looked at before a body is built, so that what is out of it costs no more than what is not there, and
   * again at the body itself, which says where the floor stood when it was read.
   */
  const ofFloor =
    (cache: BodyCache, build: (floorId: number, withPresence: boolean) => Promise<Built>) =>
    async (principal: Principal, floorId: number): Promise<Seen> => {
      const withPresence = seesPresence(principal)
      const key = floorKey(floorId, withPresence)
      if (scopeOf(principal) !== null && !cache.has(key)) {
        const place = await store.placeOf(floorId)
        if (place === undefined || !can(principal, 'read', place)) throw dashboardErrors.dashboard_floor_not_found()
      }
      const again = () => cache.get(key, () => build(floorId, withPresence))
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
      const building = await store.building(buildingId)
      if (!building) throw dashboardErrors.dashboard_building_not_found()
      const rows = await store.floorsOfBuilding(buildingId, floorIds)
      return { place, content: buildingBody(building, rows, withPresence, clock.now()) }
    }
    const again = () => buildings.get(key, build)
    return { ...(await again()), key, again }
  }
  const floor = ofFloor(floors, buildFloor)

  return {
    routes: (app: App) =>
      dashboardRoutes(app, {
        floor,
        building: ofBuilding,
        buildings: overview.seen,
        sparklines: ofFloor(sparklines, buildSparklines),
      }),

    /** As whoever asks may see it. @throws dashboard_floor_not_found */
    floor,
    /** @throws dashboard_building_not_found */
    building: ofBuilding,
    /** All that there is to see, which may be nothing. */
    buildings: overview.seen,

    /** These floors have new readings. */
    readingsArrived(floorIds: Iterable<number>): void {
      for (const id of floorIds) for (const withPresence of [true, false]) floors.drop(floorKey(id, withPresence))
      // Which building a floor belongs to is not known here, and a summary costs one query.
      buildings.clear()
      overview.readingsArrived(floorIds)
    },

    registryChanged(): void {
      overview.registryChanged()
      floors.clear()
      buildings.clear()
      sparklines.clear()
    },
  }
}
