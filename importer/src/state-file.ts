import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { addTally, emptyTally, type RejectedReading, type Tally } from './tally.ts'

/** How far a part came: its rows up to `rows` were all answered, with this outcome. */
export type PartState = Tally & { rows: number }

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

/** First line: `belongsTo` and the examples so far. Each further one: how far a part came, the last one counts. */
interface FirstLine {
  belongsTo: string
  examples: RejectedReading[]
}
interface PartLine {
  part: string
  state: PartState
  examples: RejectedReading[]
}

const examplesKept = 5

/**
 * Remembers what was acknowledged, over interruptions: JSON lines, one appended for each answer, so that a kill at
 * any moment leaves only the requests in flight unknown. Appending takes 0.003 ms; replacing the file by a rename
 * took 1 ms on ext4, which writes the data out first. No fsync: if the machine dies, a state that is lost or torn
 * costs time, not truth, since readings can be sent again.
 *
 * @param belongsTo the data and the building they are loaded into: the state of anything else means nothing
 */
export function openStateFile(path: string, belongsTo: string): StateFile {
  const found = readState(path)
  const resumed = found?.belongsTo === belongsTo
  const parts = resumed ? found.parts : new Map<string, PartState>()
  const examples = resumed ? found.examples : []
  // Written anew: a line that was torn by a kill must not be appended to.
  const first: FirstLine = { belongsTo, examples }
  const lines: PartLine[] = [...parts].map(([part, state]) => ({ part, state, examples: [] }))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, [first, ...lines].map(toLine).join(''))
  renameSync(`${path}.new`, path)

  return {
    resumed,
    part: (name) => parts.get(name) ?? { ...emptyTally(), rows: 0 },
    record(name, state, rejected) {
      const line: PartLine = { part: name, state, examples: rejected.slice(0, examplesKept - examples.length) }
      parts.set(name, state)
      examples.push(...line.examples)
      appendFileSync(path, toLine(line))
    },
    total: () => [...parts.values()].reduce<Tally>(addTally, emptyTally()),
    examples: () => examples,
    remove: () => rmSync(path, { force: true }),
  }
}

const toLine = (line: FirstLine | PartLine) => `${JSON.stringify(line)}\n`

function readState(path: string) {
  try {
    const [first = '', ...lines] = readFileSync(path, 'utf8').split('\n').slice(0, -1)
    const { belongsTo, examples } = JSON.parse(first) as FirstLine
    const parts = new Map<string, PartState>()
    for (const line of lines) {
      const { part, state, examples: more } = JSON.parse(line) as PartLine
      parts.set(part, state)
      examples.push(...more)
    }
    return { belongsTo, parts, examples }
  } catch {
    // No state, or none that can be read: the import begins anew, which is never wrong.
    return undefined
  }
}
