import { type SensorStatus, staleAfterIntervals } from '@plenum/contract'

/** What a dashboard says of a sensor. Pure; `latestMs` is null where nothing was ever read. */
export function sensorStatus(
  sensor: { disabled: boolean; intervalS: number; latestMs: number | null },
  nowMs: number,
): SensorStatus {
  if (sensor.disabled) return 'disabled'
  if (sensor.latestMs === null) return 'silent'
  return nowMs - sensor.latestMs > staleAfterIntervals * sensor.intervalS * 1_000 ? 'stale' : 'ok'
}
