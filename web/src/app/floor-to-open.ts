interface FloorOnLevel {
  id: number
  level: number
}

/** Which floor "Floors" opens: the one that was looked at last, else the lowest that is not a basement. */
export const floorToOpen = <T extends FloorOnLevel>(
  floors: readonly T[],
  lastId: number | undefined,
): T | undefined => {
  const last = floors.find(({ id }) => id === lastId)
  if (last) return last
  const fromBelow = floors.toSorted((a, b) => a.level - b.level)
  return fromBelow.find(({ level }) => level >= 0) ?? fromBelow.at(-1)
}
