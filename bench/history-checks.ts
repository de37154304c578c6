import assert from 'node:assert/strict'
import type { RawRecord, RollupRecord, Series } from '@plenum/contract'
import type { ChartColumn, DayBucket, RawRow } from './raw-readings.ts'

/** Sums of doubles differ in their last digits by the order they are added in; nothing else may differ. */
function assertNear(found: number | null | undefined, expected: number | null, what: string): void {
  const isNear =
    expected === null
      ? (found ?? null) === null
      : typeof found === 'number' && Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected))
  assert.ok(isNear, `${what} is ${found}, from rows it is ${expected}`)
}

export function assertSameDays(found: readonly RollupRecord[], expected: readonly DayBucket[]): void {
  assert.equal(found.length, expected.length)
  expected.forEach((day, i) => {
    const record = found[i] as RollupRecord
    const { sensor_id, count, suspect, min, max } = record
    const exact = { sensor_id, ms: Date.parse(record.timestamp), count, suspect, min, max }
    const { avg, increase, share, ...expectedExact } = day
    assert.deepEqual(exact, expectedExact)
    const where = `of sensor ${sensor_id}, ${record.timestamp}`
    assertNear(record.avg, avg, `avg ${where}`)
    assertNear(record.increase, increase, `increase ${where}`)
    assertNear(record.share, share, `share ${where}`)
  })
}

export function assertSameColumns(found: Series, expected: readonly ChartColumn[]): void {
  const { timestamp, min, max, suspect } = found
  const column = <K extends keyof ChartColumn>(name: K) => expected.map((one) => one[name])
  assert.deepEqual(
    { ms: timestamp, min, max, suspect },
    { ms: column('ms'), min: column('min'), max: column('max'), suspect: column('suspect') },
  )
  column('avg').forEach((avg, i) => assertNear(found.avg[i], avg, `avg of column ${i}`))
}

export function assertSameReadings(found: readonly RawRecord[], expected: readonly RawRow[]): void {
  assert.deepEqual(
    found,
    expected.map(({ sensor_id, ms, value, quality }) => {
      return { sensor_id, timestamp: new Date(ms).toISOString(), value, quality: quality === 0 ? 'good' : 'suspect' }
    }),
  )
}
