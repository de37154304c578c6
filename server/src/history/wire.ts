import type { RollupRecord } from '@plenum/contract'
import type { Bucket } from './buckets.ts'
import { createInstantWriter } from './instant.ts'
import { behaviourOf } from './rolled.ts'
import type { PastSensor } from './store.ts'

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value)

export function bucketsJson(buckets: readonly Bucket[], sensors: readonly PastSensor[]): string {
  const instant = createInstantWriter()
  const behaviours = new Map(sensors.map((sensor) => [sensor.sensorId, behaviourOf(sensor)]))
  const records = buckets.map((bucket): RollupRecord => {
    const { sensorId, atMs, count, suspect, avg, min, max } = bucket
    const figures = { count, suspect, avg: orNull(avg), min: orNull(min), max: orNull(max) }
    const record: RollupRecord = { sensor_id: sensorId, timestamp: instant(atMs), ...figures }
    const behaviour = behaviours.get(sensorId)
    // Without a good reading nothing is known of a counter, not even that it stood still.
    if (behaviour === 'counter') record.increase = count > 0 ? bucket.increase : null
    if (behaviour === 'state') record.share = orNull(bucket.share)
    return record
  })
  return JSON.stringify(records)
}
