import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeResult, exitCodeOf, type ImportResult } from './import-result.ts'

const complete: ImportResult = {
  outcome: 'complete',
  building: 'KETI office building',
  created: { buildings: 1, gateways: 1, floors: 4, zones: 50, sensors: 250 },
  readings: 2_763_918,
  tally: { readings: 2_763_918, stored: 2_763_918, duplicates: 0, rejected: 0, ambiguous: 0 },
  sent: 2_763_918,
  examples: [],
  durationMs: 48_000,
}
const nothing = { buildings: 0, gateways: 0, floors: 0, zones: 0, sensors: 0 }

test('a complete import says what was created and what became of the readings', () => {
  assert.equal(
    describeResult(complete),
    `KETI office building: created 1 building, 1 gateway, 4 floors, 50 zones, 250 sensors.
2,763,918 readings: 2,763,918 stored, 0 duplicates, 0 rejected in 48 s (57,582 readings/s)`,
  )
  assert.equal(exitCodeOf(complete), 0)
})

test('an import that went on says what an earlier run sent, and which duplicates may be its own', () => {
  const tally = { ...complete.tally, stored: 2_758_918, duplicates: 5_000, ambiguous: 5_000 }
  assert.equal(
    describeResult({ ...complete, created: nothing, tally, sent: 763_918, durationMs: 12_000 }),
    `KETI office building: created nothing.
2,000,000 readings had been sent before the import was interrupted.
5,000 of the duplicates may be this import's own: their request had been sent before, and its answer was lost.
2,763,918 readings: 2,758,918 stored, 5,000 duplicates, 0 rejected in 12 s (63,660 readings/s)`,
  )
})

test('rejected readings are shown and fail the process', () => {
  const example = { sensorKey: 'keti/413/co2', timestamp: '2013-08-23T22:05:00Z', code: 'reading_value_not_finite' }
  const tally = { ...complete.tally, stored: 2_763_917, rejected: 1 }
  const result = { ...complete, tally, examples: [{ ...example, detail: 'value is null' }] }
  assert.match(
    describeResult(result),
    /^rejected keti\/413\/co2 2013-08-23T22:05:00Z: reading_value_not_finite, value is null$/m,
  )
  assert.equal(exitCodeOf(result), 1)
})

test('an interrupted import says how to go on', () => {
  const result: ImportResult = { ...complete, outcome: 'interrupted' }
  assert.match(describeResult(result), /Interrupted: run the import again to go on/)
  assert.equal(exitCodeOf(result), 130)
})

test('a dry run says what it would do', () => {
  const result: ImportResult = { ...complete, outcome: 'dry run', created: nothing }
  assert.equal(
    describeResult(result),
    'KETI office building: would create nothing.\n2,763,918 readings would be sent. Nothing was written.',
  )
  assert.equal(exitCodeOf({ ...result, tally: { ...complete.tally, readings: 0, stored: 0 } }), 0)
})
