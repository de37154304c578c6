import { type RetentionStage, type SensorType, sensorTypes } from '@plenum/contract'
import type { Kysely } from 'kysely'
import type { Clock, Log, Metrics, Tables } from '#platform'
import { createDropExpired } from './drop-expired.ts'
import { stages } from './retention-plan.ts'
import { type Changes, createRetentionPolicy } from './retention-policy.ts'
import { type Due, retentionStore } from './retention-store.ts'

export type Retention = ReturnType<typeof createRetention>

/** What would go of a kind at a stage. */
export interface Expiry extends Due {
  stage: RetentionStage
  beforeMs: number
}

/** Sensors that are asked about in one statement. */
const sensorsPerPage = 1_000

/** How long what is kept, what that would drop, and what it has dropped. */
export function createRetention(context: {
  db: Kysely<Tables>
  clock: Clock
  log: Log
  metrics: Metrics
  /** Days that are too old but not sealed yet are sealed first. */
  seal(): Promise<unknown>
}) {
  const { db } = context
  const policy = createRetentionPolicy(context)

  return {
    policy,
    dropExpired: createDropExpired({ ...context, policy }),

    /**
     * What `dropExpired` would drop now of what is sealed, if these changes were made; by stage and kind.
     * @param only of one kind
     */
    async wouldDrop(changes?: Changes, only?: SensorType): Promise<Expiry[]> {
      const all = await policy.cutOffs(changes)
      const cutOffs = only === undefined ? all : all.filter(({ sensorType }) => sensorType === only)
      const found: Expiry[] = []
      const add = (stage: RetentionStage, due: Due): void => {
        const sum = found.find((one) => one.stage === stage && one.sensorType === due.sensorType)
        if (sum)
          for (const figure of ['days', 'readings', 'bytes', 'heldDays', 'heldReadings'] as const)
            sum[figure] += due[figure]
        else {
          const cutOff = cutOffs.find(({ sensorType }) => sensorType === due.sensorType)
          found.push({ ...due, stage, beforeMs: cutOff?.[stage] ?? Number.NaN })
        }
      }
      for (let after: number | null = 0; after !== null; ) {
        const page = await retentionStore.nextDue(db, cutOffs, { after, limit: sensorsPerPage, alsoHeld: true })
        for (const stage of stages) {
          if (page[stage].length === 0) continue
          for (const due of await retentionStore.count(db, cutOffs, stage, page[stage])) add(stage, due)
        }
        after = page.last
      }
      return found.sort(byStageAndKind)
    },

    /** The newest entries of the log, or those older than one. */
    log: (page: { before: number | null; limit: number }) => retentionStore.log(db, page),
  }
}

interface KindAtStage {
  sensorType: SensorType
  stage: RetentionStage
}

/** Kinds in the order in which they are listed everywhere. */
const byStageAndKind = (a: KindAtStage, b: KindAtStage): number =>
  stages.indexOf(a.stage) - stages.indexOf(b.stage) ||
  sensorTypes.indexOf(a.sensorType) - sensorTypes.indexOf(b.sensorType)
