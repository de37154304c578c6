import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { layersOf, replaced } from './replace.ts'
import type { Columns } from './rollup.ts'

type Reading = [atMs: number, value: number, quality: number]
const columns = (readings: readonly Reading[]): Columns => ({
  atMs: Float64Array.from(readings, ([atMs]) => atMs),
  values: Float64Array.from(readings, ([, value]) => value),
  qualities: Uint8Array.from(readings, ([, , quality]) => quality),
})
const listed = ({ atMs, values, qualities }: Columns): Reading[] =>
  Array.from(atMs, (at, i) => [at, values[i] as number, qualities[i] as number])

const reading = fc.tuple(fc.nat(12), fc.nat(2), fc.nat(1))
const stored = fc.uniqueArray(reading, { selector: ([atMs]) => atMs }).map((all) => all.sort(([a], [b]) => a - b))

test('laid over what is stored, readings count and end as if they had come one by one', () => {
  fc.assert(
    fc.property(stored, fc.array(fc.array(reading, { minLength: 1 }), { minLength: 1 }), (before, pieces) => {
      const list = new Map(before.map((one) => [one[0], one]))
      let changes = 0
      for (const one of pieces.flat()) {
        if (list.get(one[0])?.[1] === one[1]) continue
        list.set(one[0], one)
        changes++
      }
      const { first, last, overwritten } = layersOf(pieces.map(columns))
      const under = replaced(columns(before), first)
      const over = last ? replaced(under.readings, last) : { readings: under.readings, changed: 0 }
      assert.equal(under.changed + over.changed + overwritten, changes)
      // A value that is put back has the quality of whichever came; sensors of one kind give both the same.
      const values = (all: Reading[]) => all.map(([atMs, value]) => [atMs, value])
      assert.deepEqual(values(listed(over.readings)), values([...list.values()].sort(([a], [b]) => a - b)))
    }),
    { numRuns: 2_000 },
  )
})

test('the same again leaves what is stored as it is, its quality too', () => {
  const before = columns([
    [1, 20, 2],
    [2, 21, 0],
  ])
  const { readings, changed } = replaced(
    before,
    columns([
      [1, 20, 0],
      [2, 21, 0],
    ]),
  )
  assert.deepEqual([readings, changed], [before, 0])
  assert.deepEqual(
    listed(
      replaced(
        before,
        columns([
          [1, 20, 0],
          [3, 22, 1],
        ]),
      ).readings,
    )[0],
    [1, 20, 2],
  )
})
