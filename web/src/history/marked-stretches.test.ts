import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Columns } from './columns.ts'
import { joinStretches, seenStretches, stretchesOf } from './marked-stretches.ts'

/** Columns of 10 that begin at these times. */
const columns = (startMs: number[], late: number[] | null): Columns => ({
  startMs,
  endMs: startMs.map((atMs) => atMs + 10),
  low: startMs,
  high: startMs,
  mean: startMs,
  suspect: startMs.map(() => 0),
  late,
  breakMs: 25,
})

test('neighbours are one stretch; an unmarked column or a gap ends it', () => {
  const late = [0, 2, 1, 0, 5, 1]
  const own = columns([0, 10, 20, 30, 40, 100], late)
  assert.deepEqual(stretchesOf(own, late), [
    { from: 15, to: 25 },
    { from: 45, to: 45 },
    { from: 105, to: 105 },
  ])
})

test('where lateness is not known nothing is marked', () => {
  assert.deepEqual(seenStretches([columns([0, 10], null), undefined], 'late', { fromMs: 0, toMs: 100 }), [])
})

test('a stretch that the edge cuts is seen, one beyond it is not', () => {
  const own = columns([0, 10, 20, 30, 60], [1, 1, 1, 0, 1])
  assert.deepEqual(seenStretches([own], 'late', { fromMs: 20, toMs: 50 }), [{ from: 5, to: 25 }])
})

test('joined stretches cover what each covered and the room between near ones, and stand apart', () => {
  const stretch = fc.tuple(fc.nat(60), fc.nat(8)).map(([from, length]) => ({ from, to: from + length }))
  fc.assert(
    fc.property(fc.array(stretch, { maxLength: 12 }), fc.integer({ min: 1, max: 6 }), (stretches, apart) => {
      // The oracle walks a ruler: a point is covered, or lies between covered points less than `apart` away.
      const isCovered = (at: number) => stretches.some(({ from, to }) => from <= at && at <= to)
      const points = Array.from({ length: 140 }, (_, half) => half / 2)
      const covered = points.filter(isCovered)
      const expected: { from: number; to: number }[] = []
      for (const at of covered) {
        const last = expected.at(-1)
        if (last && at - last.to < apart) last.to = at
        else expected.push({ from: at, to: at })
      }
      assert.deepEqual(joinStretches(stretches, apart), expected)
    }),
  )
})
