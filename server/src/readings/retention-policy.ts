import { type RetentionPeriod, type RetentionPeriods, type SensorType, sensorTypes } from '@plenum/contract'
import type { Kysely } from 'kysely'
import { append, type By } from '#audit'
import type { Clock, Tables } from '#platform'
import { readingErrors } from './errors.ts'
import { type CutOff, cutOffsOf, defaultRetention, isNeverShorter, stages } from './retention-plan.ts'
import { retentionRuleStore } from './retention-rule-store.ts'

export type RetentionPolicy = ReturnType<typeof createRetentionPolicy>

/** How long a kind is kept; `updatedAt` is null where that is the default. */
export interface KeptKind {
  sensorType: SensorType
  periods: RetentionPeriods
  updatedAt: Date | null
}

export type Changes = ReadonlyMap<SensorType, RetentionPeriods>

const isSame = (a: RetentionPeriod, b: RetentionPeriod): boolean => JSON.stringify(a) === JSON.stringify(b)

/** @throws retention_rollup_too_short */
export function refuseShortRollup(sensorType: SensorType, { raw, rollup }: RetentionPeriods): void {
  if (isNeverShorter(rollup, raw)) return
  const detail = `of ${sensorType} must be kept at least as long as its readings, whatever the month`
  throw readingErrors.retention_rollup_too_short({
    detail: `Figures (rollup) ${detail}.`,
    errors: [{ path: 'rollup', detail }],
  })
}

/** The defaults, and what people have changed of them. */
export function createRetentionPolicy({ db, clock }: { db: Kysely<Tables>; clock: Clock }) {
  const kinds = async (asked = db): Promise<KeptKind[]> => {
    const rules = await retentionRuleStore.rules(asked)
    return sensorTypes.map((sensorType) => {
      const mine = rules.filter((rule) => rule.sensorType === sensorType)
      const changed = Object.fromEntries(mine.map(({ stage, period }) => [stage, period]))
      const periods = { ...defaultRetention[sensorType], ...changed }
      return { sensorType, periods, updatedAt: mine[0]?.updatedAt ?? null }
    })
  }

  const kindOf = async (sensorType: SensorType, asked = db): Promise<KeptKind> =>
    (await kinds(asked)).find((kind) => kind.sensorType === sensorType) as KeptKind

  return {
    kinds: () => kinds(),
    kind: (sensorType: SensorType) => kindOf(sensorType),

    /** Takes effect at the next step of a run, also of one that is on. @throws retention_rollup_too_short */
    async set(sensorType: SensorType, periods: RetentionPeriods, by: By): Promise<void> {
      refuseShortRollup(sensorType, periods)
      const differing = stages.filter((stage) => !isSame(periods[stage], defaultRetention[sensorType][stage]))
      const rules = Object.fromEntries(differing.map((stage) => [stage, periods[stage]]))
      await retentionRuleStore.setRules(db, sensorType, rules, clock.now(), async (tx) => {
        const { periods: before } = await kindOf(sensorType, tx)
        const thing = { kind: 'retention', id: sensorType, name: sensorType }
        await append(tx, by, { action: 'retention.change', thing, before: { ...before }, after: { ...periods } })
      })
    },

    /** What is too old now, or would be if these changes were made. */
    cutOffs: async (changes?: Changes): Promise<CutOff[]> =>
      cutOffsOf(
        (await kinds()).map(({ sensorType, periods }) => ({
          sensorType,
          periods: changes?.get(sensorType) ?? periods,
        })),
        clock.now(),
      ),
  }
}
