/** Something Ctrl-K can go to. */
export interface JumpTarget {
  id: string
  section: 'buildings' | 'floors' | 'sensors'
  label: string
  /** Shown small, and searched too: the floor, or the key a gateway uses. */
  detail: string
}

const perSection = 8

const plain = (text: string) => text.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ')

/** 0: starts with the query; 1: contains it; 2: has all its words; 3: the detail helps; null: no match. */
const rank = (target: JumpTarget, query: string): number | null => {
  const label = plain(target.label)
  if (label.startsWith(query)) return 0
  if (label.includes(query)) return 1
  const words = query.split(' ')
  if (words.every((word) => label.includes(word))) return 2
  const all = `${label} ${plain(target.detail)}`
  return words.every((word) => all.includes(word)) ? 3 : null
}

/** The best few of each section; with nothing typed, buildings and floors, because sensors would bury them. */
export const findTargets = <T extends JumpTarget>(targets: readonly T[], query: string): T[] => {
  const wanted = plain(query)
  if (wanted === '') return targets.filter(({ section }) => section !== 'sensors')
  const ranked = targets.flatMap((target) => {
    const place = rank(target, wanted)
    return place === null ? [] : [{ target, place }]
  })
  ranked.sort((a, b) => a.place - b.place)
  const left = { buildings: perSection, floors: perSection, sensors: perSection }
  return ranked.filter(({ target }) => left[target.section]-- > 0).map(({ target }) => target)
}
