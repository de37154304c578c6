/**
 * Heights for labels at the ends of lines: as near to the wanted ones as is possible without overlapping. Labels that
 * would overlap form a block around the middle of what they want, and blocks that touch become one.
 */
export const placeLabels = (wanted: readonly number[], height: number, top: number, bottom: number): number[] => {
  const order = wanted.map((_, index) => index).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0))
  const blocks: { members: number[]; first: number }[] = []
  const firstOf = (members: readonly number[]) => {
    const sum = members.reduce((total, index, place) => total + (wanted[index] ?? 0) - place * height, 0)
    const last = bottom - (members.length - 0.5) * height
    return Math.max(top + height / 2, Math.min(last, sum / members.length))
  }
  for (const index of order) {
    let members = [index]
    let before = blocks.at(-1)
    while (before && before.first + before.members.length * height > firstOf(members)) {
      members = before.members.concat(members)
      blocks.pop()
      before = blocks.at(-1)
    }
    blocks.push({ members, first: firstOf(members) })
  }
  const places = new Array<number>(wanted.length).fill(0)
  for (const { members, first } of blocks) {
    members.forEach((index, place) => {
      places[index] = first + place * height
    })
  }
  return places
}
