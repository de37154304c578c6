import assert from 'node:assert/strict'
import test from 'node:test'
import { historyLimits } from '@plenum/contract'
import fc from 'fast-check'
import { createBucketBuffers, createBucketJson } from './bucket-json.ts'
import { type Bucket, columnsOf } from './buckets.ts'
import type { PastSensor } from './store.ts'

const sensor = (sensorId: number, sensorType: PastSensor['sensorType']): PastSensor => {
  return { sensorId, sensorType, sensorKey: 'k', name: 'n', unit: '', intervalS: 60, timezone: 'Asia/Tokyo' }
}
const sensors = [sensor(3, 'temperature'), sensor(42, 'energy'), sensor(2_147_483_647, 'contact')]

const number = fc.oneof(
  fc.double(),
  fc.integer({ min: -40_000, max: 85_000 }).map((thousandths) => thousandths / 1_000),
)
const bucket: fc.Arbitrary<Bucket> = fc.record({
  sensorId: fc.constantFrom(...sensors.map(({ sensorId }) => sensorId)),
  atMs: fc.integer({ min: Date.UTC(1989), max: Date.UTC(2100) }),
  count: fc.oneof(fc.nat(3), fc.nat()),
  suspect: fc.oneof(fc.constant(0), fc.nat()),
  avg: number,
  min: number,
  max: number,
  increase: number,
  share: number,
})

/** What JSON.stringify writes of a record; it has null for what is not finite. */
const recordOf = ({ sensorId, atMs, count, suspect, avg, min, max, increase, share }: Bucket) => ({
  sensor_id: sensorId,
  timestamp: new Date(atMs).toISOString(),
  count,
  suspect,
  avg,
  min,
  max,
  ...(sensorId === 42 && { increase: count > 0 ? increase : null }),
  ...(sensorId === 2_147_483_647 && { share }),
})

test('buckets are written as JSON.stringify writes them', () => {
  const buffers = createBucketBuffers()
  fc.assert(
    fc.property(fc.array(bucket, { maxLength: 20 }), (buckets) => {
      const json = createBucketJson(buffers, sensors, '{"records":')
      const columns = columnsOf(buckets)
      for (let row = 0; row < buckets.length; row++) json.add(columns, row)
      const { bytes, release } = json.end('}')
      assert.equal(Buffer.from(bytes).toString(), JSON.stringify({ records: buckets.map(recordOf) }))
      release()
    }),
    { numRuns: 2_000 },
  )
})

test('a page of the longest buckets there may be has room', () => {
  const longest = -0.0000012345678901234567
  const figures = { avg: longest, min: longest, max: longest, increase: longest, share: longest }
  const counts = { count: 2_147_483_647, suspect: 2_147_483_647 }
  const columns = columnsOf([{ sensorId: 2_147_483_647, atMs: Date.UTC(2026, 0, 1), ...counts, ...figures }])
  const json = createBucketJson(createBucketBuffers(), sensors, '{"records":')
  for (let i = 0; i < historyLimits.recordsPerPage; i++) json.add(columns, 0)
  const page = JSON.parse(Buffer.from(json.end('}').bytes).toString()) as { records: unknown[] }
  assert.equal(page.records.length, historyLimits.recordsPerPage)
})
