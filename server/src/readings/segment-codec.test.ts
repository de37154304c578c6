import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { type Columns, figuresOfDay, rise } from './rollup.ts'
import { decodeFigures, decodeReadings, encodeDay, type SensorDay } from './segment-codec.ts'

const hourMs = 3_600_000
/** Lengths of days that occur: ordinary ones, and those on which a clock was changed by an hour or by half of one. */
const dayHours = fc.constantFrom(24, 23, 25, 23.5, 24.5)

const decimal = fc
  .tuple(fc.integer({ min: -2_000_000, max: 2_000_000 }), fc.integer({ min: 0, max: 6 }))
  .map(([integer, decimals]) => (integer === 0 ? 0 : integer / 10 ** decimals))
const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
const extreme = fc.constantFrom(-0, 0, 5e-324, 1e308, -1e308, 2 ** 53, 0.1 + 0.2, 1e22, 123456789012.34)
const value = fc.oneof(
  { weight: 8, arbitrary: decimal },
  { weight: 1, arbitrary: finite },
  { weight: 1, arbitrary: extreme },
)
const streamOfValues = fc.oneof(decimal, value)

const instants = (lengthMs: number) =>
  fc.oneof(
    // Anything.
    fc.uniqueArray(fc.integer({ min: 0, max: lengthMs - 1 }), { minLength: 1, maxLength: 60 }),
    // A step with jitter and gaps.
    fc
      .tuple(
        fc.constantFrom(1_000, 60_000, 300_000),
        fc.array(fc.tuple(fc.nat(3), fc.nat(400)), { minLength: 1, maxLength: 60 }),
      )
      .map(([step, entries]) => {
        let at = 0
        return entries.map(([gap, jitter]) => (at += step * (1 + gap)) + jitter).filter((ms) => ms < lengthMs)
      })
      .filter((found) => found.length > 0),
  )

const dayOf = (seconds: number): fc.Arbitrary<{ of: SensorDay; readings: Columns }> =>
  fc.tuple(dayHours, fc.boolean()).chain(([hours, counter]) => {
    const fromMs = Date.UTC(2026, 2, 28, 15) + seconds
    const toMs = fromMs + hours * hourMs
    return instants(toMs - fromMs).chain((found) => {
      const times = [...new Set(found)].sort((a, b) => a - b)
      const entry = fc.tuple(streamOfValues, fc.constantFrom(0, 0, 0, 0, 1, 2, 3))
      return fc.array(entry, { minLength: times.length, maxLength: times.length }).map((entries) => ({
        of: { sensorId: 7, day: '2026-03-29', fromMs, toMs, counter },
        readings: {
          atMs: Float64Array.from(times, (ms) => fromMs + ms),
          values: Float64Array.from(entries, ([number]) => number),
          qualities: Uint8Array.from(entries, ([, quality]) => quality),
        },
      }))
    })
  })

const bits = (numbers: Float64Array) => [...new BigUint64Array(numbers.buffer, 0, numbers.length)]

test('readings come back bit for bit: every finite double, any jitter, any gap, days of 23 to 25 hours', () => {
  fc.assert(
    fc.property(dayOf(0), ({ of, readings }) => {
      const back = decodeReadings(encodeDay(of, readings))
      assert.deepEqual(back.atMs, readings.atMs)
      assert.deepEqual(bits(back.values), bits(readings.values))
      assert.deepEqual(back.qualities, readings.qualities)
    }),
    { numRuns: 2_000 },
  )
})

/** The obvious way: each figure by itself, from a list. */
function slowly({ atMs, values, qualities }: Columns, fromMs: number, toMs: number, earlier: number) {
  const here = Array.from(atMs, (at, i) => ({
    at,
    value: values[i] as number,
    good: qualities[i] === 0 || qualities[i] === 2,
  }))
  const inside = here.filter(({ at }) => at >= fromMs && at < toMs)
  const good = here.filter((one) => one.good)
  const mine = inside.filter((one) => one.good).map((one) => one.value)
  let increase = 0
  good.forEach((one, i) => {
    const before = good[i - 1]
    if (before && before.at >= earlier && one.at >= fromMs && one.at < toMs) increase += rise(before.value, one.value)
  })
  return {
    count: mine.length,
    suspect: inside.length - mine.length,
    min: mine.length > 0 ? Math.min(...mine) : Number.NaN,
    max: mine.length > 0 ? Math.max(...mine) : Number.NaN,
    sum: mine.length > 0 ? mine.reduce((sum, one) => sum + one) : Number.NaN,
    increase,
  }
}

/** Sums of doubles depend on the order and on where is rounded; ours round once, the slow way at every step. */
function assertNear(found: number, expected: number, size: number): void {
  if (Object.is(found, expected) || found === expected) return
  if (!Number.isFinite(size * 100)) return
  assert.ok(Math.abs(found - expected) <= 1e-9 * Math.max(1e-300, size), `${found} is not ${expected}`)
}

test('the figures of a day and of its hours are those of a plain list', () => {
  fc.assert(
    fc.property(dayOf(0), ({ of, readings }) => {
      const size = [...readings.values].reduce((sum, one) => sum + Math.abs(one), 0)
      for (const { day, hours } of [
        decodeFigures(encodeDay(of, readings)),
        figuresOfDay(readings, of.fromMs, of.toMs),
      ]) {
        const check = (found: typeof day, fromMs: number, toMs: number) => {
          const expected = slowly(readings, fromMs, Math.min(toMs, of.toMs), of.fromMs)
          assert.deepEqual([found.count, found.suspect], [expected.count, expected.suspect])
          // Not told apart by a comparison: 0 and -0.
          assert.equal(found.min + 0, expected.min + 0)
          assert.equal(found.max + 0, expected.max + 0)
          assertNear(found.sum, expected.sum, size)
          if (of.counter) assertNear(found.increase, expected.increase, size)
        }
        check(day, of.fromMs, of.toMs)
        hours.forEach((hour, i) => check(hour, of.fromMs + i * hourMs, of.fromMs + (i + 1) * hourMs))
        assert.equal(hours.length, Math.ceil((of.toMs - of.fromMs) / hourMs))
      }
    }),
    { numRuns: 1_000 },
  )
})
