import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLive, limitSpan, panSpan, presets, type Span, spanOf, stepRange, zoomSpan } from './time-range.ts'

const berlin = 'Europe/Berlin'
const hours = ({ fromMs, toMs }: Span) => (toMs - fromMs) / 3_600_000
const text = ({ fromMs, toMs }: Span) => [fromMs, toMs].map((ms) => new Date(ms).toISOString().slice(0, 16)).join(' ')
const now = Date.parse('2026-10-25T12:00:00Z')

test('today and yesterday are days of the building, 25 hours long when the clocks go back', () => {
  assert.equal(text(spanOf('today', now, berlin)), '2026-10-24T22:00 2026-10-25T12:00')
  assert.equal(hours(spanOf('yesterday', now + 86_400_000, berlin)), 25)
})

test('seven days back is the same time of day, 24 hours back is 24 hours', () => {
  assert.equal(hours(spanOf('7d', now, berlin)), 7 * 24 + 1)
  assert.equal(hours(spanOf('24h', now, berlin)), 24)
})

test('every preset has a beginning before its end', () => {
  for (const preset of presets) {
    const midnight = Date.parse('2025-12-31T23:00:00Z')
    assert.ok(hours(spanOf(preset, midnight, berlin)) > 0, preset)
  }
  assert.equal(isLive('today'), true)
  assert.equal(isLive('last-month'), false)
})

test('before today comes the whole of yesterday, before this month the whole last one', () => {
  assert.equal(text(stepRange('today', -1, now, berlin)), '2026-10-23T22:00 2026-10-24T22:00')
  assert.equal(text(stepRange('this-month', -1, now, berlin)), '2026-08-31T22:00 2026-09-30T22:00')
  assert.equal(text(stepRange('6h', -1, now, berlin)), '2026-10-25T00:00 2026-10-25T06:00')
})

test('whole days and months stay whole over a clock change', () => {
  const day = stepRange('today', -1, now, berlin)
  assert.equal(hours(stepRange(day, 1, now, berlin)), 25)
  const month = spanOf('last-month', now, berlin)
  assert.equal(text(stepRange(month, 1, now, berlin)), '2026-09-30T22:00 2026-10-31T23:00')
  assert.equal(text(stepRange(stepRange(month, -1, now, berlin), 1, now, berlin)), text(month))
})

test('any other range is moved by its width', () => {
  const span = { fromMs: now - 5_000_000, toMs: now }
  assert.deepEqual(stepRange(span, -1, now, berlin), { fromMs: now - 10_000_000, toMs: now - 5_000_000 })
})

test('zooming keeps what is under the pointer', () => {
  assert.deepEqual(zoomSpan({ fromMs: 0, toMs: 100 }, 0.5, 20), { fromMs: 10, toMs: 60 })
  assert.deepEqual(panSpan({ fromMs: 0, toMs: 100 }, -0.5), { fromMs: -50, toMs: 50 })
})

test('a view ends at now and is at least ten seconds wide', () => {
  const beyond = limitSpan({ fromMs: now - 3_600_000, toMs: now + 3_600_000 }, now)
  assert.deepEqual(beyond, { fromMs: now - 7_200_000, toMs: now })
  assert.equal(hours(limitSpan({ fromMs: now - 900_001, toMs: now - 900_000 }, now)) * 3600, 10)
})
