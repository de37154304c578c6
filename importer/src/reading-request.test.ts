import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { countReadings, encodeReadings, readIngestAnswer, rejectedReadings } from './reading-request.ts'
import type { ReadingBlock } from './recorded-building.ts'

const sensorIds = new Map([
  ['a', 11],
  ['b', 12],
])
const block: ReadingBlock = {
  endRow: 2,
  timestamps: ['2013-08-23T22:05:00Z', '2013-08-23T22:06:00Z'],
  columns: [
    { sensorKey: 'a', cells: ['', '2.50'] },
    { sensorKey: 'b', cells: ['null', '-4'] },
  ],
}
const answer = (status: number, body: object) => ({ status, retryAfter: undefined, body: JSON.stringify(body) })

describe('ingest request', () => {
  test('holds the readings sensor by sensor, as the wire format has them', () => {
    assert.deepEqual(JSON.parse(encodeReadings(block, sensorIds)), {
      readings: [
        { sensor_id: 11, timestamp: '2013-08-23T22:06:00Z', value: 2.5 },
        { sensor_id: 12, timestamp: '2013-08-23T22:05:00Z', value: null },
        { sensor_id: 12, timestamp: '2013-08-23T22:06:00Z', value: -4 },
      ],
    })
  })

  test('holds as many readings as are counted', () => {
    const cell = fc.constantFrom('', '1', '2.5', 'null')
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), (rows) => {
        const generated = {
          endRow: rows.length,
          timestamps: rows.map((_, row) => `t${row}`),
          columns: ['a', 'b'].map((sensorKey, index) => ({
            sensorKey,
            cells: rows.map((row) => row[index] as string),
          })),
        }
        const { readings } = JSON.parse(encodeReadings(generated, sensorIds))
        assert.equal(readings.length, countReadings(generated))
      }),
    )
  })
})

describe('ingest answer', () => {
  test('is read with its counts, also when everything was rejected', () => {
    const some = { stored: 1, duplicates: 1, rejected: 1, errors: [] }
    assert.deepEqual(readIngestAnswer(block, answer(200, some)), some)
    const none = { stored: 0, duplicates: 0, rejected: 3, errors: [] }
    assert.deepEqual(readIngestAnswer(block, answer(422, none)), none)
  })

  test('is refused when it is a problem or does not account for each reading', () => {
    const problem = { type: 'about:blank', title: 'No', status: 422, code: 'request_invalid', detail: 'value is null' }
    assert.throws(() => readIngestAnswer(block, answer(422, problem)), {
      message: /422: request_invalid; value is null/,
    })
    const short = { stored: 1, duplicates: 0, rejected: 0, errors: [] }
    assert.throws(() => readIngestAnswer(block, answer(200, short)), { message: /was sent 3 readings/ })
  })

  test('names the readings it rejects', () => {
    const errors = [{ index: 1, code: 'reading_value_not_finite', detail: 'value is null' }]
    assert.deepEqual(rejectedReadings(block, errors), [
      { sensorKey: 'b', timestamp: '2013-08-23T22:05:00Z', code: 'reading_value_not_finite', detail: 'value is null' },
    ])
  })
})
