/** Something Ctrl-K can go to. */
export interface JumpTarget {
  id: string
  section: 'buildings' | 'floors' | 'sensors'
  label: string
  /** Shown small, and searched too: the floor, or the key a gateway uses. */
  detail: string
}

const perSection = 8

const plain = (text: string) => text.normalize('NFKC').toLowerCase()

/** 0: starts with it; 1: a word starts with it; 2: contains it; 3: only the detail does; null: no match. */
const rank = (target: JumpTarget, words: readonly string[]): number | null => {
  const label = plain(target.label)
  const all = `${label} ${plain(target.detail)}`
  if (!words.every((word) => all.includes(word))) return null
  const first = words[0] ?? ''
  if (label.startsWith(first)) return 0
  if (label.includes(` ${first}`)) return 1
  return label.includes(first) ? 2 : 3
}

/** The best few of each section; with nothing typed, buildings and floors, because sensors would bury them. */
export const findTargets = <T extends JumpTarget>(targets: readonly T[], query: string): T[] => {
  const words = plain(query).split(/\s+/).filter(Boolean)
  if (words.length === 0) return targets.filter(({ section }) => section !== 'sensors')
  const ranked = targets.flatMap((target) => {
    const place = rank(target, words)
    return place === null ? [] : [{ target, place }]
  })
  ranked.sort((a, b) => a.place - b.place)
  const left = { buildings: perSection, floors: perSection, sensors: perSection }
  return ranked.filter(({ target }) => left[target.section]-- > 0).map(({ target }) => target)
}
