import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exactTime, zoneName } from './dates.ts'

const at = new Date('2026-11-23T10:15:04Z')

test('an exact time is of the building, not of the reader', () => {
  assert.equal(exactTime(at, 'en', 'Asia/Tokyo'), '23 Nov 2026, 19:15:04')
  assert.equal(exactTime(at, 'en', 'Europe/Berlin'), '23 Nov 2026, 11:15:04')
})

test('Japanese dates are written the Japanese way', () => {
  assert.match(exactTime(at, 'ja', 'Asia/Tokyo'), /^2026\/11\/23 19:15:04$/)
})

test('a zone is named with the offset of the season', () => {
  assert.match(zoneName(at, 'en', 'Asia/Tokyo'), /^Japan .*Time \(GMT\+9\)$/)
  assert.match(zoneName(new Date('2026-07-01T00:00:00Z'), 'en', 'Europe/Berlin'), /\(GMT\+2\)$/)
  assert.match(zoneName(at, 'en', 'Europe/Berlin'), /\(GMT\+1\)$/)
})
