import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { quantile } from './quantile.ts'

const bounds = [1, 2, 5, 10, 100]
const bucketOf = (value: number): number => {
  const bucket = bounds.findIndex((bound) => value <= bound)
  return bucket < 0 ? bounds.length : bucket
}

test('a quantile lies in the bucket that the sorted values have it in', () => {
  const value = fc.double({ min: 0.001, max: 200, noNaN: true })
  const share = fc.constantFrom(0.01, 0.5, 0.9, 0.99, 1)
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), share, (values, wanted) => {
      const counts = bounds.map(() => 0).concat(0)
      for (const one of values) counts[bucketOf(one)] = (counts[bucketOf(one)] as number) + 1
      const sorted = values.toSorted((a, b) => a - b)
      const exact = sorted[Math.max(0, Math.ceil(wanted * sorted.length - 1e-9) - 1)] as number
      const found = quantile(wanted, bounds, counts) as number
      const bucket = bucketOf(exact)
      if (bucket === bounds.length) assert.equal(found, bounds.at(-1))
      else assert.ok(found >= (bounds[bucket - 1] ?? 0) && found <= (bounds[bucket] as number), `${found} for ${exact}`)
    }),
  )
})

test('of nothing there is no quantile, and evenly spread values are told as they are', () => {
  assert.equal(quantile(0.5, bounds, [0, 0, 0, 0, 0, 0]), null)
  assert.equal(quantile(0.5, bounds, [0, 0, 0, 10, 0, 0]), 7.5)
})
