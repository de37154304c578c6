import type { BuildingDashboard } from '@plenum/contract'
import { LRUCache } from 'lru-cache'
import type { Clock } from '#platform'
import { floorSummary, type Summary, type Until } from './bodies.ts'
import type { FloorsNow } from './floors-now.ts'
import type { Versions } from './versions.ts'

interface Remembered extends Until<Summary> {
  version: number
}

/**
 * A building summed up. Floors that did not change since they were summed up are not looked at again.
 * @param versions of what floors show
 */
export function createBuildings({ now, clock, versions }: { now: FloorsNow; clock: Clock; versions: Versions }) {
  const summaries = new LRUCache<string, Remembered>({ max: 20_000 })

  const summariesOf = async (floorIds: readonly number[], withPresence: boolean): Promise<Until<Summary>[]> => {
    const keyOf = (id: number): string => `${id} ${withPresence}`
    const found = new Map<number, Until<Summary>>()
    for (const id of floorIds) {
      const known = summaries.get(keyOf(id))
      if (known && known.version === versions.of(id) && clock.now() < known.untilMs) found.set(id, known)
    }
    const missing = floorIds.filter((id) => !found.has(id)).map((id) => ({ id, version: versions.of(id) }))
    const floors = await now.floors(missing.map(({ id }) => id))
    for (const { id, version } of missing) {
      const floor = floors.get(id)
      if (!floor) continue
      const summary = floorSummary(floor, withPresence, clock.now())
      found.set(id, summary)
      summaries.set(keyOf(id), { ...summary, version })
    }
    return floorIds.flatMap((id) => found.get(id) ?? [])
  }

  /** @param within null: all floors. @returns undefined where there is no such building */
  return async (
    buildingId: number,
    within: readonly number[] | null,
    withPresence: boolean,
  ): Promise<Until<Omit<BuildingDashboard, 'generated_at'>> | undefined> => {
    const known = await now.building(buildingId)
    if (!known) return undefined
    const { id, name, timezone } = known.building
    const floorIds = within === null ? known.floorIds : known.floorIds.filter((floorId) => within.includes(floorId))
    const floors = await summariesOf(floorIds, withPresence)
    return {
      content: { building: { id, name, timezone }, floors: floors.map(({ content }) => content) },
      untilMs: floors.reduce((soonest, { untilMs }) => Math.min(soonest, untilMs), known.untilMs),
    }
  }
}
