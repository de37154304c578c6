import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucketEnd, bucketSpan } from './counter-buckets.ts'

const at = (text: string) => Date.parse(text)
const iso = (atMs: number) => new Date(atMs).toISOString()
const span = (from: string, to: string, zone: string) => {
  const { fromMs, size } = bucketSpan({ fromMs: at(from), toMs: at(to) }, zone)
  return [iso(fromMs), size]
}

test('the wider the range, the longer the buckets', () => {
  assert.deepEqual(span('2026-11-23T10:20:00Z', '2026-11-24T10:20:00Z', 'UTC'), ['2026-11-23T10:15:00.000Z', '15m'])
  assert.deepEqual(span('2026-11-17T10:20:00Z', '2026-11-24T10:20:00Z', 'UTC'), ['2026-11-17T10:00:00.000Z', '1h'])
  assert.deepEqual(span('2026-10-24T10:20:00Z', '2026-11-24T10:20:00Z', 'UTC'), ['2026-10-24T00:00:00.000Z', '1d'])
})

test('hours and days begin by the building’s clocks', () => {
  assert.deepEqual(span('2026-11-17T10:20:00Z', '2026-11-24T10:20:00Z', 'Asia/Kolkata'), [
    '2026-11-17T09:30:00.000Z',
    '1h',
  ])
  assert.deepEqual(span('2026-10-24T10:20:00Z', '2026-11-24T10:20:00Z', 'Asia/Tokyo'), [
    '2026-10-23T15:00:00.000Z',
    '1d',
  ])
})

test('the day the clocks go back has 25 hours', () => {
  const start = at('2026-10-24T22:00:00Z')
  assert.equal(bucketEnd(start, '1d', 'Europe/Berlin') - start, 25 * 3_600_000)
})
