import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { correctionOf, counterStep, stepsOf } from './counter-steps.ts'
import type { Counting } from './stored-readings.ts'
import { rose } from './declarations.ts'
import { figuresOfDay } from './rollup.ts'
import { decodeSteps, encodeDay } from './segment-codec.ts'

const hourMs = 3_600_000
const at = (value: number, atMs = 0) => ({ atMs, value })
const plain = (rolloverValue: number | null): Counting => ({ rolloverValue, replacements: [] })

test('a fall is a roll-over where the way round is at most half of the register, else a reset', () => {
  const rises = (before: number, after: number, rolloverValue: number | null) =>
    counterStep(plain(rolloverValue), at(before), at(after, 1))
  assert.equal(rises(99_990, 5, 100_000), 15)
  assert.equal(rises(99_990, 5, null), 5)
  assert.equal(rises(100_000, 0, 100_000), 0)
  assert.equal(rises(60_000, 10_000, 100_000), 50_000)
  assert.equal(rises(60_000, 10_001, 100_000), 10_001, 'more than half of the register')
  assert.equal(rises(100_001, 5, 100_000), 5, 'a register never shows more than it holds')
  assert.equal(rises(99_990, 99_980, 100_000), 99_980, 'a step back is a reset')
  assert.equal(rises(99_990, -5, 100_000), -5)
})

test('a replacement counts by its two readings, and several between two readings chain', () => {
  const counting = (...replacements: [number, number, number][]): Counting => ({
    rolloverValue: 1_000,
    replacements: replacements.map(([atMs, finalReading, firstReading]) => ({ atMs, finalReading, firstReading })),
  })
  assert.equal(counterStep(counting([5, 120, 3]), at(100, 0), at(10, 9)), 20 + 7)
  assert.equal(counterStep(counting([5, 120, 3], [7, 50, 900]), at(100, 0), at(10, 9)), 20 + 47 + 110)
  // The instant itself belongs to the new meter.
  assert.equal(counterStep(counting([9, 120, 3]), at(100, 0), at(10, 9)), 27)
  assert.equal(counterStep(counting([0, 120, 3]), at(100, 0), at(110, 9)), 10)
  // Read to whole units, where the meter sends tenths.
  assert.equal(counterStep(counting([5, 100, 8]), at(100.4, 0), at(7.9, 9)), 0)
})

const decimal = fc.integer({ min: 0, max: 1_000 }).map((tenths) => tenths / 10)
const replacement = fc.record({ ms: fc.nat(24 * 60), final: decimal, first: decimal })
const day = fc.record({
  readings: fc.uniqueArray(
    fc.record({ minute: fc.nat(24 * 60 - 1), value: decimal, quality: fc.constantFrom(0, 0, 0, 1, 2, 3) }),
    { minLength: 1, maxLength: 40, selector: ({ minute }) => minute },
  ),
  rollover: fc.constantFrom(null, 20, 64.5, 100, 1_000),
  replacements: fc.uniqueArray(replacement, { maxLength: 4, selector: ({ ms }) => ms }),
  withdrawn: fc.uniqueArray(replacement, { maxLength: 2, selector: ({ ms }) => ms }),
})

test('what is kept of a day is enough to count it, whatever the roll-over value and whatever is withdrawn', () => {
  fc.assert(
    fc.property(day, ({ readings, rollover, replacements, withdrawn }) => {
      const fromMs = Date.UTC(2026, 5, 1)
      const toMs = fromMs + 24 * hourMs
      const sorted = readings
        .toSorted((a, b) => a.minute - b.minute)
        .map((one) => ({ ...one, atMs: fromMs + one.minute * 60_000 }))
      const columns = {
        atMs: Float64Array.from(sorted, ({ atMs }) => atMs),
        values: Float64Array.from(sorted, ({ value }) => value),
        qualities: Uint8Array.from(sorted, ({ quality }) => quality),
      }
      const instantOf = ({ ms }: { ms: number }) => fromMs + ms * 60_000
      const declared = replacements
        .map((one) => ({ id: 0, ...one, atMs: instantOf(one) }))
        .sort((a, b) => a.atMs - b.atMs)
      const instants = [...declared.map(({ atMs }) => atMs), ...withdrawn.map(instantOf)].sort((a, b) => a - b)
      const segment = encodeDay({ sensorId: 1, day: '2026-06-01', fromMs, toMs, counter: true }, columns, {
        replacedAtMs: instants,
      })
      const kept = decodeSteps(segment)
      assert.deepEqual(kept, stepsOf(columns, instants))
      const good = sorted.filter(({ quality }) => (quality & 1) === 0)
      assert.deepEqual([kept?.firstGoodMs, kept?.lastGoodMs], [good[0]?.atMs, good.at(-1)?.atMs])
      const counting = {
        rolloverValue: rollover,
        replacements: declared.map(({ atMs, final, first }) => ({ atMs, finalReading: final, firstReading: first })),
      }
      const plainly = figuresOfDay(columns, fromMs, toMs).day.increase
      const counted = (kept?.steps ?? []).reduce((sum, step) => sum + correctionOf(counting, step), plainly)
      const expected = good.reduce((sum, one, i) => {
        const before = good[i - 1]
        return before ? sum + rose(before, one, { rollover, replacements: declared }) : sum
      }, 0)
      assert.ok(Math.abs(counted - expected) < 1e-6, `${counted} is not ${expected}`)
    }),
    { numRuns: 3_000 },
  )
})
