import type { RetentionPeriod, RetentionPeriods, RetentionStage, SensorType } from '@plenum/contract'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'
import { stages } from './retention-plan.ts'

/** The SQL of what people have changed of the defaults. */
export const retentionRuleStore = {
  /** What differs from the defaults. */
  async rules(
    db: Kysely<Tables>,
  ): Promise<{ sensorType: string; stage: RetentionStage; period: RetentionPeriod; updatedAt: Date }[]> {
    const rows = await db.selectFrom('retention_rule').selectAll().execute()
    return rows.map(({ sensor_type, stage, months, days, updated_at }) => ({
      sensorType: sensor_type,
      stage: stage as RetentionStage,
      period: months !== null ? { months } : days !== null ? { days } : 'for_ever',
      updatedAt: updated_at,
    }))
  },

  /** Both stages at once, so that of two who change a kind one wins whole. */
  async setRules(
    db: Kysely<Tables>,
    sensorType: SensorType,
    rules: Partial<RetentionPeriods>,
    nowMs: number,
    /** In the same transaction, once nobody else changes a rule. */
    also: (tx: Kysely<Tables>) => Promise<void>,
  ): Promise<void> {
    await db.transaction().execute(async (tx) => {
      await sql`lock table retention_rule in share row exclusive mode`.execute(tx)
      await also(tx)
      await tx.deleteFrom('retention_rule').where('sensor_type', '=', sensorType).execute()
      for (const stage of stages) {
        const period = rules[stage]
        if (period === undefined) continue
        const length = period === 'for_ever' ? {} : period
        const row = { sensor_type: sensorType, stage, months: null, days: null, ...length, updated_at: new Date(nowMs) }
        await tx.insertInto('retention_rule').values(row).execute()
      }
    })
  },
}
