import type { DashboardSensor } from '@plenum/contract'

/**
 * How a sensor stands, in one word: the server's status, and `suspect` for one that reports but not plausibly.
 * The order is that of attention.
 */
export const conditions = ['stale', 'silent', 'suspect', 'disabled', 'ok'] as const
export type Condition = (typeof conditions)[number]

export const conditionOf = ({ status, quality }: Pick<DashboardSensor, 'status' | 'quality'>): Condition =>
  status === 'ok' && quality === 'suspect' ? 'suspect' : status

export const countConditions = (
  sensors: readonly Pick<DashboardSensor, 'status' | 'quality'>[],
): Record<Condition, number> => {
  const counts: Record<Condition, number> = { stale: 0, silent: 0, suspect: 0, disabled: 0, ok: 0 }
  for (const sensor of sensors) counts[conditionOf(sensor)] += 1
  return counts
}
