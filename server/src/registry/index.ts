import type { Kysely } from 'kysely'
import type { By } from '#audit'
import type { App, Cache, SurestRead, Tables } from '#platform'
import { addBuildingPlan, type BuildingPlan, findBuilding } from './building-plan.ts'
import type { RegistryEffects } from './effects.ts'
import { describeResources } from './resources.ts'
import { registryRoutes } from './routes.ts'
import { createRemembered } from './remembered.ts'
import { createStore } from './store.ts'
import { createToldWrites } from './told-writes.ts'

export type { AddedBuilding, BuildingPlan } from './building-plan.ts'
export type { RegistryChange } from './change.ts'
export type { KnownBuilding, KnownFloor, KnownSensor, ShownSensor } from './remembered-store.ts'
export type Registry = ReturnType<typeof createRegistry>

/** Buildings, floors, zones, sensors and gateways. */
export function createRegistry({
  db,
  cache,
  read,
  ...outside
}: { db: Kysely<Tables>; cache: Cache; read: SurestRead } & RegistryEffects) {
  const store = createStore(db)
  const remembered = createRemembered(cache, read)
  const effects: RegistryEffects = {
    ...outside,
    changed(change) {
      remembered.changed(change)
      outside.changed(change)
    },
  }
  return {
    routes: (app: App) =>
      registryRoutes(app, {
        resources: describeResources(store, createToldWrites(db), effects),
        imports: { db, knowsTimeZone: store.knowsTimeZone },
        changed: () => effects.changed(null),
      }),
    findBuilding: (name: string) => findBuilding(db, name),
    addBuilding: async (plan: BuildingPlan, by: By) => {
      const added = await addBuildingPlan(db, plan, by)
      effects.changed(null)
      return added
    },
    remembered,
    noteGatewaysSeen: store.noteGatewaysSeen,
  }
}
