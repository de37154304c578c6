import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { addFigures, inOrder, noFigures } from './figure-columns.ts'
import { listed } from './listed-readings.ts'

const bucket = fc.record({ atMs: fc.integer({ min: -5, max: 30 }), count: fc.nat(2), suspect: fc.nat(1) })
const buckets = fc.uniqueArray(bucket, { selector: ({ atMs }) => atMs, maxLength: 25 })
const stored = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 9 }), buckets), { selector: ([id]) => id })

test('buckets with a reading come by time and then by sensor, whichever sensors have one at an instant', () => {
  fc.assert(
    fc.property(stored, fc.integer({ min: -6, max: 30 }), fc.nat(40), (sensors, fromMs, length) => {
      const toMs = fromMs + length
      const bySensor = new Map(
        sensors.map(([id, mine]) => {
          const columns = noFigures()
          for (const { atMs, ...counts } of mine.toSorted((a, b) => a.atMs - b.atMs)) {
            const figures = { min: id, max: atMs, sum: id + atMs, increase: id * atMs }
            addFigures(columns, atMs, { ...counts, ...figures })
          }
          return [id, columns]
        }),
      )
      const expected = sensors
        .flatMap(([sensorId, mine]) => mine.map((one) => ({ sensorId, ...one })))
        .filter(({ atMs, count, suspect }) => atMs >= fromMs && atMs < toMs && count + suspect > 0)
        .sort((a, b) => a.atMs - b.atMs || a.sensorId - b.sensorId)
        .map(({ sensorId, atMs, count, suspect }) => {
          const [sum, increase] = [sensorId + atMs, sensorId * atMs]
          const none = Number.NaN
          const figures = { min: sensorId, max: atMs, sum, first: none, last: none, increase, share: none }
          return { sensorId, atMs, count, suspect, ...figures }
        })
      assert.deepEqual(listed(inOrder(bySensor, fromMs, toMs)), expected)
    }),
    { numRuns: 1_000 },
  )
})
