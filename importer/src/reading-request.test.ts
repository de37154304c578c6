import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ReadingRun } from '@plenum/contract'
import fc from 'fast-check'
import { countReadings, readAnswer, readingsRequest, rejectedReadings } from './reading-request.ts'
import type { ReadingBlock } from './recorded-building.ts'

const sensorIds = new Map([
  ['a', 11],
  ['b', 12],
])
const block: ReadingBlock = {
  endRow: 2,
  timesMs: [Date.UTC(2013, 7, 23, 22, 5), Date.UTC(2013, 7, 23, 22, 6)],
  columns: [
    { sensorKey: 'a', cells: ['', '2.50'] },
    { sensorKey: 'c', cells: ['', ''] },
    { sensorKey: 'b', cells: ['null', '-4'] },
  ],
}
const answer = (status: number, body: object) => ({ status, retryAfter: undefined, body: JSON.stringify(body) })
const runsIn = (sent: ReadingBlock): ReadingRun[] =>
  (readingsRequest(sent, sensorIds).body ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

describe('bulk request', () => {
  test('holds a line for each sensor that has a reading, as the wire format has it', () => {
    const [first, second] = block.timesMs
    assert.deepEqual(runsIn(block), [
      { sensor_id: 11, timestamps: [second], values: [2.5] },
      { sensor_id: 12, timestamps: [first, second], values: [null, -4] },
    ])
  })

  test('holds as many readings as are counted', () => {
    const cell = fc.constantFrom('', '1', '2.5', 'null')
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), (rows) => {
        const generated = {
          endRow: rows.length,
          timesMs: rows.map((_, row) => row),
          columns: ['a', 'b'].map((sensorKey, index) => ({
            sensorKey,
            cells: rows.map((row) => row[index] as string),
          })),
        }
        const runs = runsIn(generated)
        for (const { timestamps, values } of runs) assert.equal(timestamps?.length, values.length)
        assert.equal(
          runs.reduce((sum, { values }) => sum + values.length, 0),
          countReadings(generated),
        )
      }),
    )
  })
})

describe('bulk answer', () => {
  test('is read with its counts, also when everything was rejected', () => {
    const some = { stored: 1, duplicates: 1, rejected: 1, errors: [] }
    assert.deepEqual(readAnswer(block, answer(200, some)), some)
    const none = { stored: 0, duplicates: 0, rejected: 3, errors: [] }
    assert.deepEqual(readAnswer(block, answer(422, none)), none)
  })

  test('is refused when it is a problem or does not account for each reading', () => {
    const problem = { type: 'about:blank', title: 'No', status: 422, code: 'request_invalid', detail: 'value is null' }
    assert.throws(() => readAnswer(block, answer(422, problem)), {
      message: /422: request_invalid; value is null/,
    })
    const short = { stored: 1, duplicates: 0, rejected: 0, errors: [] }
    assert.throws(() => readAnswer(block, answer(200, short)), { message: /was sent 3 readings/ })
  })

  test('names the readings it rejects', () => {
    const code = 'reading_value_not_finite'
    const errors = [
      { index: 1, position: 0, code, detail: 'value is null' },
      { index: 0, code: 'reading_sensor_unknown', detail: 'all of it' },
    ]
    assert.deepEqual(rejectedReadings(block, errors), [
      { sensorKey: 'b', timestamp: '2013-08-23T22:05:00Z', code, detail: 'value is null' },
      { sensorKey: 'a', timestamp: '2013-08-23T22:06:00Z', code: 'reading_sensor_unknown', detail: 'all of it' },
    ])
  })
})
