import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { addTally, emptyTally, type RejectedReading, type Tally } from './tally.ts'

/** How far a part came: its rows up to `rows` were all answered, with this outcome. */
export type PartState = Tally & { rows: number }

interface SavedState {
  /** Server, building, sensors and data the state is of; with any other it means nothing. */
  belongs_to: string
  parts: Record<string, PartState>
  examples: RejectedReading[]
}

export interface StateFile {
  /** An earlier run stopped before its end, and this one goes on from there. */
  resumed: boolean
  part(name: string): PartState
  record(name: string, state: PartState, examples: RejectedReading[]): void
  /** Of all parts. */
  total(): Tally
  examples(): RejectedReading[]
  /** The import is complete: the next run begins anew. */
  remove(): void
}

const examplesKept = 5

/**
 * Remembers what was acknowledged, over interruptions. Written whole after each answer, a dozen times a second and
 * 0.1 ms each, and put in place by a rename: a kill at any moment leaves at most the requests in flight unknown.
 * No fsync: if the machine dies, a lost or torn state costs time, not truth, since readings can be sent again.
 */
export function openStateFile(path: string, belongsTo: string): StateFile {
  const found = readState(path)
  const resumed = found?.belongs_to === belongsTo
  const state: SavedState = resumed ? found : { belongs_to: belongsTo, parts: {}, examples: [] }
  mkdirSync(dirname(path), { recursive: true })

  return {
    resumed,
    part: (name) => state.parts[name] ?? { ...emptyTally(), rows: 0 },
    record(name, part, examples) {
      state.parts[name] = part
      state.examples = [...state.examples, ...examples].slice(0, examplesKept)
      writeFileSync(`${path}.new`, JSON.stringify(state))
      renameSync(`${path}.new`, path)
    },
    total: () => Object.values(state.parts).reduce<Tally>(addTally, emptyTally()),
    examples: () => state.examples,
    remove: () => rmSync(path, { force: true }),
  }
}

function readState(path: string): SavedState | undefined {
  try {
    const state = JSON.parse(readFileSync(path, 'utf8'))
    return typeof state?.parts === 'object' && Array.isArray(state.examples) ? state : undefined
  } catch {
    return undefined
  }
}
