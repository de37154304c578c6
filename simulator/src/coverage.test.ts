import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cover, missingIn, type Span } from './coverage.ts'

const span = fc.tuple(fc.nat(40), fc.nat(12)).map(([from, length]): Span => [from, from + length])
const points = (spans: readonly Span[]): Set<number> =>
  new Set(spans.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i)))

test('covering spans one by one keeps exactly their instants, in order and apart', () => {
  fc.assert(
    fc.property(fc.array(span), (spans) => {
      const covered = spans.reduce<Span[]>(cover, [])
      assert.deepEqual(points(covered), new Set([...points(spans)].sort((a, b) => a - b)))
      covered.slice(1).forEach(([from], i) => assert.ok(from > (covered[i] as Span)[1]))
    }),
  )
})

test('what is missing is what is wanted and not covered', () => {
  fc.assert(
    fc.property(fc.array(span), span, (spans, wanted) => {
      const covered = spans.reduce<Span[]>(cover, [])
      const missing = missingIn(covered, wanted)
      assert.ok(missing.every(([from, to]) => from < to))
      const known = points(covered)
      assert.deepEqual(
        [...points(missing)],
        [...points([wanted])].filter((point) => !known.has(point)),
      )
    }),
  )
})
