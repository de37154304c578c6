import type { Fault } from './faults.ts'
import { dayMs, hourMs } from './local-time.ts'

/**
 * What is broken in the demo, so that its alerts and statuses have something to show. Relative to the first start of
 * the demo and kept from then on: a restart does not heal anything.
 */
export const demoFaults = (startedAtMs: number): Fault[] => {
  const ago = (ms: number): string => new Date(startedAtMs - ms).toISOString()
  return [
    // Fitted, never commissioned: the floor shows it as `silent`.
    { kind: 'silent', sensor_key: 'demo/2F/tvoc-1', from: null, to: null },
    // Its battery died three hours before: `stale`, with the last value still there.
    { kind: 'silent', sensor_key: 'demo/7F/noise-1', from: ago(3 * hourMs), to: null },
    // A CO2 sensor that was never calibrated again and creeps up.
    { kind: 'drift', sensor_key: 'demo/5F/co2-2', per_day: 12, limit: 450, from: ago(25 * dayMs), to: null },
    // A humidity sensor that hangs since yesterday.
    { kind: 'stuck', sensor_key: 'demo/4F/humidity-2', from: ago(26 * hourMs), to: null },
    // A loose wire: now and then an impossible temperature, stored as `suspect`.
    { kind: 'spike', sensor_key: 'demo/9F/temp-1', add: 120, share: 0.002, from: null, to: null },
  ]
}
