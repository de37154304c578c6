interface FloorOnLevel {
  id: number
  level: number
}

/** Floors as they stand in the building: the highest first. */
export const fromTop = <T extends FloorOnLevel>(floors: readonly T[]): T[] =>
  floors.toSorted((a, b) => b.level - a.level || a.id - b.id)
