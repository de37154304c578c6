import type { Retention, RetentionDryRun, RetentionDue, RetentionLogEntry, RetentionStage } from '@plenum/contract'
import type { Selectable } from 'kysely'
import type { Tables } from '#platform'
import type { Expiry } from './retention.ts'
import { defaultRetention } from './retention-plan.ts'
import type { KeptKind } from './retention-policy.ts'

export const toRetention = ({ sensorType, periods, updatedAt }: KeptKind): Retention => ({
  sensor_type: sensorType,
  ...periods,
  is_default: updatedAt === null,
  default: defaultRetention[sensorType],
  updated_at: updatedAt?.toISOString() ?? null,
})

export const toDue = (expiry: Expiry): RetentionDue => ({
  sensor_type: expiry.sensorType,
  stage: expiry.stage,
  before: new Date(expiry.beforeMs).toISOString(),
  days: expiry.days,
  readings: expiry.readings,
  bytes: expiry.bytes,
  held_days: expiry.heldDays,
  held_readings: expiry.heldReadings,
})

export const toDryRun = (due: readonly Expiry[]): RetentionDryRun => {
  const sum = (figure: 'days' | 'readings' | 'bytes') => due.reduce((total, one) => total + one[figure], 0)
  return { items: due.map(toDue), total: { days: sum('days'), readings: sum('readings'), bytes: sum('bytes') } }
}

export const toLogEntry = (row: Selectable<Tables['retention_log']>): RetentionLogEntry => ({
  id: Number(row.id),
  sensor_type: row.sensor_type,
  stage: row.stage as RetentionStage,
  before: row.before_at.toISOString(),
  days: row.days,
  readings: Number(row.readings),
  started_at: row.started_at.toISOString(),
  done_at: row.done_at.toISOString(),
})
