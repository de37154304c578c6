import { type IngestAnswer, ingestLimits } from '@plenum/contract'
import type { Principal } from '#auth'
import type { Clock } from '#platform'
import { type Batch, emptyBatch, judge, type KnownSensor, type Rejected, sensorsNamedBy } from './batch.ts'
import { rejections } from './rejection.ts'
import type { SensorDirectory } from './sensor-directory.ts'
import type { ReadingStore } from './store.ts'

/** What the rest of the program learns once readings are committed. */
export interface Committed {
  batch: Batch
  /** Floors whose sensors have new readings. */
  floorIds: Set<number>
  stored: number
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
  /** @param lines position of each reading in what was sent, where it is not simply its index */
  return async (sender: Principal, readings: readonly unknown[], lines?: readonly number[]): Promise<IngestAnswer> => {
    const nowMs = clock.now()
    const buildingId = sender.kind === 'gateway' ? sender.buildingId : null
    const lookup = await directory.lookup(sensorsNamedBy(readings), buildingId)
    const batch = emptyBatch()
    const rejected = judge(readings, lookup, nowMs, batch)
    const counts = await store.add(batch, nowMs)
    const answer = { ...counts, rejected: rejected.length, errors: rejected.map((one) => toError(one, lines)) }
    answer.errors.length = Math.min(answer.errors.length, ingestLimits.errorsTold)
    onCounted(
      answer,
      batch.qualities.reduce((sum, quality) => sum + quality, 0),
    )
    if (counts.stored > 0) onCommitted({ batch, stored: counts.stored, floorIds: floorsOf(batch, lookup.byId) })
    return answer
  }
}

const toError = ({ index, code }: Rejected, lines: readonly number[] | undefined) => ({
  index: lines?.[index] ?? index,
  code,
  detail: rejections[code],
})

function floorsOf(batch: Batch, byId: (id: number) => KnownSensor | undefined): Set<number> {
  const floors = new Set<number>()
  let last = 0
  for (const id of batch.sensorIds) {
    if (id === last) continue
    last = id
    const sensor = byId(id)
    if (sensor) floors.add(sensor.floorId)
  }
  return floors
}
