import type { Floor, Role, ScopeInput } from '@plenum/contract'

/** Where a role shall hold, as it is being chosen. */
export const noScope: ScopeInput = { building_ids: [], floor_ids: [] }

const without = (ids: readonly number[], gone: readonly number[]) => ids.filter((id) => !gone.includes(id))

/** A whole building takes the place of its single floors. */
export const toggleBuilding = (scope: ScopeInput, buildingId: number, floorIds: readonly number[]): ScopeInput => {
  const isChosen = scope.building_ids.includes(buildingId)
  const others = without(scope.building_ids, [buildingId])
  return {
    building_ids: isChosen ? others : [...others, buildingId],
    floor_ids: without(scope.floor_ids, floorIds),
  }
}

export const toggleFloor = (scope: ScopeInput, floorId: number): ScopeInput => {
  const others = without(scope.floor_ids, [floorId])
  const isChosen = others.length < scope.floor_ids.length
  return { ...scope, floor_ids: isChosen ? others : [...others, floorId] }
}

/** What is sent of a choice: administrators have no scope, and only viewers have single floors. */
export const scopeFor = (role: Role, scope: ScopeInput): ScopeInput | null => {
  if (role === 'administrator') return null
  return role === 'viewer' ? scope : { ...scope, floor_ids: [] }
}

/** From the top, as buildings stand. */
export const fromTop = (floors: readonly Floor[]): Floor[] => floors.toSorted((a, b) => b.level - a.level)
