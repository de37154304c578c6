import { type BuildingsDashboard, mostBuildings } from '@plenum/contract'
import { LRUCache } from 'lru-cache'
import { floorsWithin, type Principal, type Scope, scopeOf, seesPresence } from '#auth'
import type { Clock } from '#platform'
import { type Built, createBodyCache } from './body-cache.ts'
import { createBuildingSums } from './building-sums.ts'
import type { Seen } from './seen.ts'
import type { OverviewStore } from './overview-store.ts'

/** How old a sum may be whose change nobody told: of another instance that can't be heard. */
const freshMs = 15_000

const inOrder = (ids: readonly number[]): number[] => [...new Set(ids)].sort((a, b) => a - b)

/** Ids of the buildings that somebody sees any of; null: of all. */
const buildingsWithin = (scope: Scope): number[] | null =>
  scope && inOrder([...scope.buildingIds, ...scope.floors.map(({ buildingId }) => buildingId)])

/** The same text for scopes in which the same is seen. */
const keyOf = (scope: Scope, withPresence: boolean): string => {
  if (scope === null) return `all ${withPresence}`
  const floors = scope.floors.map(({ buildingId, floorId }) => `${buildingId}/${floorId}`)
  return `${inOrder(scope.buildingIds).join()} ${[...new Set(floors)].sort().join()} ${withPresence}`
}

/** All buildings that somebody sees, summed up. */
export function createOverview({ store, clock }: { store: OverviewStore; clock: Clock }) {
  const sums = createBuildingSums({ store, clock, freshMs })
  const bodies = createBodyCache({ clock, longestMs: () => 1_000, max: 500 })
  const timed = { ttl: freshMs, ttlResolution: 0, perf: { now: () => clock.now() } }
  const lists = new LRUCache<string, Awaited<ReturnType<OverviewStore['buildings']>>>({ max: 500, ...timed })
  let changes = 0
  let version = 0

  const listed = async (scope: Scope) => {
    const ids = buildingsWithin(scope)
    const key = ids?.join() ?? 'all'
    const known = lists.get(key)
    if (known) return known
    const before = changes
    const list = await store.buildings(ids, mostBuildings + 1)
    if (before === changes) lists.set(key, list)
    return list
  }
  const build = async (scope: Scope, withPresence: boolean): Promise<Built> => {
    const list = await listed(scope)
    const shown = list.slice(0, mostBuildings)
    const seen = shown.map(({ id }) => ({ buildingId: id, floorIds: floorsWithin(scope, id), withPresence }))
    const summed = await sums.get(seen)
    const buildings = shown.map((building, i) => ({ ...building, ...summed[i] }))
    const content = { buildings, more: list.length > shown.length } as Omit<BuildingsDashboard, 'generated_at'>
    return { place: undefined, content, untilMs: Infinity }
  }

  return {
    async seen(principal: Principal): Promise<Seen> {
      const scope = scopeOf(principal)
      const withPresence = seesPresence(principal)
      const key = keyOf(scope, withPresence)
      const again = () => bodies.get(key, version, () => build(scope, withPresence))
      return { ...(await again()), key, again }
    },
    readingsArrived(floorIds: Iterable<number>): void {
      sums.drop(new Set(floorIds))
      version++
    },
    registryChanged(): void {
      changes++
      lists.clear()
      sums.clear()
      version++
    },
  }
}
