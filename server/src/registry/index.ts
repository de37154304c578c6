import type { Kysely } from 'kysely'
import type { By } from '#audit'
import type { App, Tables } from '#platform'
import { addBuildingPlan, type BuildingPlan, findBuilding } from './building-plan.ts'
import type { RegistryEffects } from './effects.ts'
import { describeResources } from './resources.ts'
import { registryRoutes } from './routes.ts'
import { createStore } from './store.ts'
import { createToldWrites } from './told-writes.ts'

export type { AddedBuilding, BuildingPlan } from './building-plan.ts'
export type Registry = ReturnType<typeof createRegistry>

/** Buildings, floors, zones, sensors and gateways. */
export function createRegistry(db: Kysely<Tables>, effects: RegistryEffects) {
  const store = createStore(db)
  return {
    routes: (app: App) =>
      registryRoutes(app, {
        resources: describeResources(store, createToldWrites(db), effects),
        imports: { db, knowsTimeZone: store.knowsTimeZone },
        changed: effects.changed,
      }),
    findBuilding: (name: string) => findBuilding(db, name),
    addBuilding: async (plan: BuildingPlan, by: By) => {
      const added = await addBuildingPlan(db, plan, by)
      effects.changed()
      return added
    },
    sensorsNamed: store.sensorsNamed,
    noteGatewaysSeen: store.noteGatewaysSeen,
  }
}
