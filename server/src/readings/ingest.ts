import { type IngestAnswer, ingestLimits } from '@plenum/contract'
import type { Principal } from '#auth'
import type { Clock } from '#platform'
import { type Batch, type Judged, judge, type Rejected, sensorsNamedBy } from './batch.ts'
import { rejections } from './rejection.ts'
import type { SensorDirectory } from './sensor-directory.ts'
import type { Added, ReadingStore } from './store.ts'

/** What the rest of the program learns once readings are committed. */
export interface Committed {
  batch: Batch
  /** Floors whose sensors have new readings. */
  floorIds: Set<number>
  /** Whether all of them were stored, each under an identity that was free; else some may be there already, or replaced. */
  isNew: boolean
}

export interface IngestContext {
  store: ReadingStore
  directory: SensorDirectory
  clock: Clock
  onCommitted(committed: Committed): void
  onCounted(answer: IngestAnswer, suspect: number): void
}

export type Ingest = ReturnType<typeof createIngest>

export const nothing = (): IngestAnswer => ({ stored: 0, duplicates: 0, rejected: 0, errors: [] })

/** Judges, stores and counts readings of one sender. The answer is given after the commit. */
export function createIngest({ store, directory, clock, onCommitted, onCounted }: IngestContext) {
  /** In one pass where all sensors are remembered, as a minute after the first they are. */
  const judged = async (sender: Principal, readings: readonly unknown[], nowMs: number): Promise<Judged> => {
    const remembered = directory.remembered(sender)
    const atOnce = judge(readings, remembered, nowMs)
    if (!remembered.missed()) return atOnce
    return judge(readings, await directory.lookup(sensorsNamedBy(readings), sender), nowMs)
  }

  const added = async (batch: Batch, floorIds: Set<number>, nowMs: number): Promise<Added> => {
    try {
      return await store.add(batch, nowMs)
    } catch (error) {
      // Whether it was committed nobody knows.
      onCommitted({ batch, floorIds, isNew: false })
      throw error
    }
  }

  /** @param lines position of each reading in what was sent, where it is not simply its index */
  return async (sender: Principal, readings: readonly unknown[], lines?: readonly number[]): Promise<IngestAnswer> => {
    const nowMs = clock.now()
    const { batch, rejected, suspect, floorIds } = await judged(sender, readings, nowMs)
    const { isNew, ...counts } = await added(batch, floorIds, nowMs)
    const answer = { ...counts, rejected: rejected.length, errors: rejected.map((one) => toError(one, lines)) }
    answer.errors.length = Math.min(answer.errors.length, ingestLimits.errorsTold)
    onCounted(answer, suspect)
    // Also where all was there already: a process that died after the commit may have told nobody.
    onCommitted({ batch, floorIds, isNew })
    return answer
  }
}

const toError = ({ index, code }: Rejected, lines: readonly number[] | undefined) => ({
  index: lines?.[index] ?? index,
  code,
  detail: rejections[code],
})
