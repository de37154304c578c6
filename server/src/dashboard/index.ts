import type { Kysely } from 'kysely'
import type { App, Clock, Tables } from '#platform'
import { buildingBody, floorBody, sparklinesBody } from './bodies.ts'
import { createBodyCache } from './body-cache.ts'
import { dashboardErrors } from './errors.ts'
import { dashboardRoutes } from './routes.ts'
import { createStore } from './store.ts'

export type Dashboard = ReturnType<typeof createDashboard>

const minuteMs = 60_000
const sparklineSteps = 60

/** What people watch. Reads only, so `db` may be a replica. */
export function createDashboard({ db, clock }: { db: Kysely<Tables>; clock: Clock }) {
  const store = createStore(db)
  const floors = createBodyCache({ clock, freshMs: 1_000, max: 2_000 })
  const buildings = createBodyCache({ clock, freshMs: 1_000, max: 500 })
  // Whole minutes, so there is nothing new in them more often; late readings show after this at the latest.
  const sparklines = createBodyCache({ clock, freshMs: 15_000, max: 2_000 })

  const floorContent = (floorId: number) => async () => {
    const rows = await store.floor(floorId)
    if (rows.length === 0) throw dashboardErrors.dashboard_floor_not_found()
    return floorBody(rows, clock.now())
  }
  const buildingContent = (buildingId: number) => async () => {
    const building = await store.building(buildingId)
    if (!building) throw dashboardErrors.dashboard_building_not_found()
    return buildingBody(building, await store.floorsOfBuilding(buildingId), clock.now())
  }
  const sparklinesContent = (floorId: number) => async () => {
    const toMs = Math.floor(clock.now() / minuteMs) * minuteMs + minuteMs
    const fromMs = toMs - sparklineSteps * minuteMs
    const rows = await store.buckets(floorId, new Date(fromMs), new Date(toMs), minuteMs / 1_000)
    if (rows.length === 0 && !(await store.floorExists(floorId))) throw dashboardErrors.dashboard_floor_not_found()
    return sparklinesBody(floorId, rows, fromMs, minuteMs / 1_000, sparklineSteps)
  }

  return {
    routes: (app: App) =>
      dashboardRoutes(app, {
        floor: (id) => floors.get(String(id), floorContent(id)),
        building: (id) => buildings.get(String(id), buildingContent(id)),
        sparklines: (id) => sparklines.get(String(id), sparklinesContent(id)),
      }),

    /** These floors have new readings. */
    readingsArrived(floorIds: Iterable<number>): void {
      for (const id of floorIds) floors.drop(String(id))
      // Which building a floor belongs to is not known here, and a summary costs one query.
      buildings.clear()
    },

    registryChanged(): void {
      floors.clear()
      buildings.clear()
      sparklines.clear()
    },
  }
}
