import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { ReadingChunk } from '#readings'
import { asciiOf, writeAscii } from './ascii.ts'
import { inOrder } from './in-order.ts'
import { createInstantBytes } from './instant-bytes.ts'
import { writeNumber } from './number-bytes.ts'
import { byPlace, type Place } from './page.ts'
import { createRawBuffers, createRawJson } from './raw-json.ts'

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
const decimal = fc
  .tuple(fc.integer({ min: -(2 ** 31) - 5, max: 2 ** 31 + 5 }), fc.nat({ max: 7 }))
  .map(([integer, decimals]) => integer / 10 ** decimals)
const longestNumber = -0.0000010081831222051892
const small = [0, -0, 5e-324, 1e-7, 0.001, -0.001, 0.0001, 0.1 + 0.2, longestNumber]
const large = [1e21, 1e22, 2 ** 53, 2147483646, 2147483647, 2147483648, -2147483648]
const largeDecimals = [214748364.7, 214748364.8, 2147483.647, -2147483.648]
const edge = fc.constantFrom(...small, ...large, ...largeDecimals)
const number = fc.oneof(finite, decimal, edge)

test('a number is written as String writes it', () => {
  const bytes = new Uint8Array(64)
  fc.assert(
    fc.property(number, fc.nat(9), (value, from) => {
      const end = writeNumber(bytes, from, value)
      assert.equal(textOf(bytes.subarray(from, end)), String(value))
      assert.ok(end - from <= 25)
    }),
    { numRuns: 20_000 },
  )
})

test('an instant is written as Date writes it, whatever was written before', () => {
  const view = new DataView(new ArrayBuffer(64))
  const any = fc.integer({ min: -8.64e15, max: 8.64e15 })
  const usual = fc.integer({ min: Date.UTC(1989), max: Date.UTC(2100) })
  fc.assert(
    fc.property(fc.array(fc.oneof(any, usual), { maxLength: 20 }), (instants) => {
      const write = createInstantBytes()
      for (const atMs of instants.flatMap((ms) => [ms, Math.min(ms + 1, 8.64e15)])) {
        const end = write(view, 3, atMs)
        assert.equal(textOf(new Uint8Array(view.buffer, 3, end - 3)), new Date(atMs).toISOString())
      }
    }),
    { numRuns: 2_000 },
  )
})

test('ASCII of any length comes out as it went in', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii', maxLength: 40 }), fc.nat(5), (text, from) => {
      const view = new DataView(new ArrayBuffer(64))
      const end = writeAscii(view, from, asciiOf(text))
      assert.equal(textOf(new Uint8Array(view.buffer, from, end - from)), text)
    }),
  )
})

interface Reading extends Place {
  value: number
  quality: number
}

/** Few instants and sensors, so that places meet and pages end between equal instants. */
const reading: fc.Arbitrary<Reading> = fc.record({
  atMs: fc
    .oneof(
      fc.nat(40),
      fc.nat(3).map((n) => n * 86_400_000),
    )
    .map((n) => Date.UTC(2026, 0, 1) - 20 + n),
  sensorId: fc.constantFrom(1, 2, 7, 42, 9_999, 2_147_483_647),
  value: number,
  quality: fc.nat(3),
})
const readings = fc.uniqueArray(reading, { maxLength: 120, selector: ({ atMs, sensorId }) => `${atMs} ${sensorId}` })

/** Chunks of one sensor come one after another, of the sensors in any order. */
function chunksOf(list: readonly Reading[], sensorIds: readonly number[], cut: number): ReadingChunk[] {
  return sensorIds.flatMap((sensorId) => {
    const mine = list.filter((one) => one.sensorId === sensorId).sort(byPlace)
    return [mine.slice(0, cut), mine.slice(cut)].map((some) => ({
      sensorId,
      atMs: Float64Array.from(some, ({ atMs }) => atMs),
      values: Float64Array.from(some, ({ value }) => value),
      qualities: Uint8Array.from(some, ({ quality }) => quality),
    }))
  })
}

test('records are in order of place behind the place asked for, and read back as they were', () => {
  const buffers = createRawBuffers()
  fc.assert(
    fc.property(readings, fc.option(reading), fc.nat(120), fc.nat(30), fc.nat(5), (list, after, limit, cut, turn) => {
      const ids = [7, 42, 1, 2_147_483_647, 2, 9_999]
      const sensorIds = [...ids.slice(turn), ...ids.slice(0, turn)]
      const json = createRawJson(buffers, '{"records":')
      let written = 0
      inOrder(chunksOf(list, sensorIds, cut), after, (chunk, index) => {
        if (written === limit) return false
        written++
        json.add(chunk, index)
        return true
      })
      const { bytes, release } = json.end(',"next_cursor":null}')
      const expected = list
        .filter((one) => after === null || byPlace(one, after) > 0)
        .sort(byPlace)
        .slice(0, limit)
        .map(({ atMs, sensorId, value, quality }) => ({
          sensor_id: sensorId,
          timestamp: new Date(atMs).toISOString(),
          value,
          quality: (quality & 1) === 0 ? 'good' : 'suspect',
        }))
      assert.equal(textOf(bytes), JSON.stringify({ records: expected, next_cursor: null }))
      release()
    }),
    { numRuns: 1_000 },
  )
})

test('the longest records that there may be fit a page of as many as it may have', () => {
  const json = createRawJson(createRawBuffers(), '{"records":')
  const chunk: ReadingChunk = {
    sensorId: 2_147_483_647,
    atMs: Float64Array.of(Date.UTC(2026, 0, 1)),
    values: Float64Array.of(longestNumber),
    qualities: Uint8Array.of(1),
  }
  for (let i = 0; i < 10_000; i++) json.add(chunk, 0)
  const page = JSON.parse(textOf(json.end('}').bytes)) as { records: { value: number; quality: string }[] }
  assert.equal(page.records.length, 10_000)
  assert.deepEqual(page.records.at(-1), {
    sensor_id: 2_147_483_647,
    timestamp: '2026-01-01T00:00:00.000Z',
    value: longestNumber,
    quality: 'suspect',
  })
})
