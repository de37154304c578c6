import assert from 'node:assert/strict'
import test from 'node:test'
import { type RetentionPeriod, retentionLimits, sensorTypes } from '@plenum/contract'
import fc from 'fast-check'
import { cutOffsOf, defaultRetention, describePeriod, isNeverShorter, startOfKept } from './retention-plan.ts'

const dayMs = 86_400_000
const { days, months } = retentionLimits

const someDays = fc.record({ days: fc.integer({ min: days.least, max: 4_000 }) })
const someMonths = fc.record({ months: fc.integer({ min: months.least, max: 130 }) })
const period: fc.Arbitrary<RetentionPeriod> = fc.oneof(someDays, someMonths, fc.constant('for_ever' as const))
/** Month ends and leap days are where calendars differ. */
const instant = fc
  .record({
    year: fc.integer({ min: 1996, max: 2104 }),
    month: fc.integer({ min: 0, max: 11 }),
    day: fc.oneof(fc.integer({ min: 1, max: 28 }), fc.integer({ min: 28, max: 31 })),
    ms: fc.integer({ min: 0, max: dayMs - 1 }),
  })
  .map(({ year, month, day, ms }) => Date.UTC(year, month, day) + ms)

/** Goes back a day at a time until the month is right and the date is not beyond the one it began with. */
function slowMonthsBack(nowMs: number, count: number): number {
  const now = new Date(nowMs)
  const monthOf = (date: Date) => date.getUTCFullYear() * 12 + date.getUTCMonth()
  let ms = nowMs
  for (;;) {
    const date = new Date(ms)
    if (monthOf(date) === monthOf(now) - count && date.getUTCDate() <= now.getUTCDate()) return ms
    ms -= dayMs
  }
}

test('months go back by the calendar, days by 24 hours, for ever has no beginning', () => {
  fc.assert(
    fc.property(instant, period, (nowMs, kept) => {
      const from = startOfKept(kept, nowMs)
      if (kept === 'for_ever') assert.equal(from, null)
      else if ('days' in kept) assert.equal(from, nowMs - kept.days * dayMs)
      else assert.equal(from, slowMonthsBack(nowMs, kept.months))
    }),
  )
})

test('thirteen months before the 31st of March is the last of February', () => {
  const cutOffs = cutOffsOf(
    sensorTypes.map((sensorType) => ({ sensorType, periods: defaultRetention[sensorType] })),
    Date.parse('2028-03-31T05:00Z'),
  )
  const before = (type: string, stage: 'raw' | 'rollup') =>
    new Date(cutOffs.find(({ sensorType }) => sensorType === type)?.[stage] ?? 0).toISOString()
  assert.equal(before('co2', 'raw'), '2027-02-28T05:00:00.000Z')
  assert.equal(before('motion', 'raw'), '2028-03-01T05:00:00.000Z')
  assert.equal(before('motion', 'rollup'), '2023-03-31T05:00:00.000Z')
})

test('as time goes on nothing that was too old becomes young again', () => {
  fc.assert(
    fc.property(instant, fc.integer({ min: 0, max: 90 * dayMs }), period, (nowMs, laterMs, kept) => {
      const [before, after] = [startOfKept(kept, nowMs), startOfKept(kept, nowMs + laterMs)]
      assert.ok(before === null || after === null || before <= after + dayMs, 'but for the time of day at a month end')
    }),
  )
})

test('one period is never shorter than another exactly where no date can be found on which it is', () => {
  /** Every day of four centuries is every date there is; only where the two are close can they differ. */
  const shorterOnSomeDate = (kept: RetentionPeriod, than: RetentionPeriod): boolean => {
    for (let ms = Date.UTC(2000, 0); ms < Date.UTC(2400, 0); ms += dayMs) {
      const [from, other] = [startOfKept(kept, ms), startOfKept(than, ms)]
      if (from !== null && (other === null || from > other)) return true
    }
    return false
  }
  const close = fc
    .record({ count: fc.integer({ min: 1, max: 130 }), off: fc.integer({ min: -4, max: 4 }), swap: fc.boolean() })
    .map(({ count, off, swap }): [RetentionPeriod, RetentionPeriod] => {
      const pair: [RetentionPeriod, RetentionPeriod] = [
        { months: count },
        { days: Math.max(days.least, Math.round(count * 30.436875) + off) },
      ]
      return swap ? pair : [pair[1], pair[0]]
    })
  fc.assert(
    fc.property(fc.oneof(fc.tuple(period, period), close), ([kept, than]) => {
      assert.equal(isNeverShorter(kept, than), !shorterOnSomeDate(kept, than))
    }),
    { numRuns: 40 },
  )
})

test('every default keeps the figures at least as long as the readings', () => {
  for (const { raw, rollup } of Object.values(defaultRetention)) assert.ok(isNeverShorter(rollup, raw))
})

test('a period is said as people say it', () => {
  const said = [{ months: 1 }, { months: 13 }, { days: 30 }, 'for_ever'] as const
  assert.deepEqual(said.map(describePeriod), ['1 month', '13 months', '30 days', 'for ever'])
})
