import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { partitionName, type Span, spanFor, spanOf } from './partitions.ts'

const nowMs = Date.UTC(2026, 10, 23)
const instants = fc.integer({ min: Date.UTC(1990, 0), max: nowMs + 600_000 })

test('partitions made one after another never overlap, and each holds the instant it was made for', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(instants, fc.integer({ min: 0, max: 4_000 })), { maxLength: 200 }), (asked) => {
      const spans: Span[] = []
      for (const [atMs, daysLater] of asked) {
        if (spans.some((span) => atMs >= span.fromMs && atMs < span.toMs)) continue
        const span = spanFor(atMs, nowMs + daysLater * 86_400_000, spans)
        assert.ok(atMs >= span.fromMs && atMs < span.toMs)
        assert.ok(!spans.some((other) => span.fromMs < other.toMs && other.fromMs < span.toMs))
        spans.push(span)
      }
    }),
  )
})

test('the name of a partition tells its span', () => {
  fc.assert(
    fc.property(instants, (atMs) => {
      const span = spanFor(atMs, nowMs, [])
      assert.deepEqual(spanOf(partitionName(span)), span)
    }),
  )
  assert.equal(spanOf('reading_pkey'), null)
})

test('recent days have a partition each, months long past one for all their days', () => {
  assert.equal(partitionName(spanFor(Date.UTC(2026, 10, 1, 12), nowMs, [])), 'reading_20261101')
  assert.equal(partitionName(spanFor(Date.UTC(2013, 7, 23), nowMs, [])), 'reading_201308')
  const day = spanFor(Date.UTC(2013, 7, 1), Date.UTC(2013, 7, 2), [])
  assert.equal(partitionName(spanFor(Date.UTC(2013, 7, 23), nowMs, [day])), 'reading_20130823')
})
