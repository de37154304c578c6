import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addUnits, fromFieldValue, instantOf, startOf, toFieldValue, wallTime } from './zoned-time.ts'

const berlin = 'Europe/Berlin'
const iso = (atMs: number) => new Date(atMs).toISOString()
const at = (text: string) => Date.parse(text)

test('the zone’s clock is read and set', () => {
  for (const zone of ['Asia/Tokyo', berlin, 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Apia']) {
    for (const text of ['2026-01-15T10:20:30Z', '2026-07-01T23:59:59Z', '2024-02-29T00:00:00Z']) {
      assert.equal(iso(instantOf(wallTime(at(text), zone), zone)), iso(at(text)), `${zone} ${text}`)
    }
  }
})

test('a time that comes twice is the first, a skipped one is later by the jump', () => {
  const wall = { year: 2026, month: 10, day: 25, hour: 2, minute: 30, second: 0 }
  assert.equal(iso(instantOf(wall, berlin)), '2026-10-25T00:30:00.000Z')
  assert.equal(iso(instantOf({ ...wall, month: 3, day: 29 }, berlin)), '2026-03-29T01:30:00.000Z')
})

test('a day without midnight begins when it begins', () => {
  assert.equal(iso(startOf('day', at('2018-11-04T15:00:00Z'), 'America/Sao_Paulo')), '2018-11-04T03:00:00.000Z')
})

test('days, weeks, months and years begin at local midnight', () => {
  const now = at('2026-11-24T20:00:00Z')
  assert.equal(iso(startOf('day', now, 'Asia/Tokyo')), '2026-11-24T15:00:00.000Z')
  assert.equal(iso(startOf('week', now, 'Asia/Tokyo')), '2026-11-22T15:00:00.000Z')
  assert.equal(iso(startOf('month', now, berlin)), '2026-10-31T23:00:00.000Z')
  assert.equal(iso(startOf('year', at('2026-07-01T00:00:00Z'), berlin)), '2025-12-31T23:00:00.000Z')
})

test('a day later is 25 hours when the clocks go back', () => {
  const from = at('2026-10-24T22:00:00Z')
  assert.equal(addUnits(from, 1, 'day', berlin) - from, 25 * 3_600_000)
})

test('a month later than the 31st is the last day of the month', () => {
  assert.equal(iso(addUnits(at('2026-01-31T12:00:00Z'), 1, 'month', 'UTC')), '2026-02-28T12:00:00.000Z')
  assert.equal(iso(addUnits(at('2026-01-15T12:00:00Z'), -1, 'month', 'UTC')), '2025-12-15T12:00:00.000Z')
})

test('a field’s value comes back', () => {
  const text = toFieldValue(at('2026-11-23T01:05:00Z'), 'Asia/Tokyo')
  assert.equal(text, '2026-11-23T10:05')
  assert.equal(fromFieldValue(text, 'Asia/Tokyo'), at('2026-11-23T01:05:00Z'))
  assert.equal(fromFieldValue('', 'Asia/Tokyo'), null)
})
