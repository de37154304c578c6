import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { isDeeperThan } from './json-depth.ts'

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0

test('the depth found in the text is the depth of what it means, whatever its strings hold', () => {
  const strings = fc.string({ unit: fc.constantFrom('[', ']', '{', '}', '"', '\\', 'a', '\n', 'é') })
  const json = fc.jsonValue({ maxDepth: 6 }).chain((value) => fc.tuple(fc.constant(value), strings, strings))
  fc.assert(
    fc.property(json, ([value, key, text]) => {
      const tree = [value, { [key]: [text] }]
      const bytes = Buffer.from(JSON.stringify(tree))
      assert.equal(isDeeperThan(depthOf(tree), bytes), false)
      assert.equal(isDeeperThan(depthOf(tree) - 1, bytes), true)
    }),
  )
})
