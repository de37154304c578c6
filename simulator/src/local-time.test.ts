import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createLocalTime, minuteMs } from './local-time.ts'

const zones = ['Asia/Tokyo', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/St_Johns', 'UTC']

/** Slow and obvious: asks Intl each time. */
const oracle = (timezone: string, atMs: number): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'short' }).format(atMs)

test('local time agrees with Intl at any instant, in any order', () => {
  const clocks = new Map(zones.map((zone) => [zone, createLocalTime(zone)]))
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: Date.UTC(2024, 0, 1) / minuteMs, max: Date.UTC(2030, 0, 1) / minuteMs }),
      (zone, minute) => {
        const {
          day,
          minute: ofDay,
          weekday,
        } = (clocks.get(zone) as ReturnType<typeof createLocalTime>)(minute * minuteMs)
        const wall = new Date(day * 86_400_000 + ofDay * minuteMs)
        assert.equal(wall.toISOString().slice(0, 16).replace('T', ' '), oracle(zone, minute * minuteMs))
        assert.equal(weekday, wall.getUTCDay())
      },
    ),
    { numRuns: 2000 },
  )
})

test('the hour that daylight saving skips and the hour it repeats are told to the minute', () => {
  const berlin = createLocalTime('Europe/Berlin')
  const at = (instant: string): number => berlin(Date.parse(instant)).minute
  assert.equal(at('2026-03-29T00:59:00Z'), 119)
  assert.equal(at('2026-03-29T01:00:00Z'), 180)
  assert.equal(at('2026-10-25T00:59:00Z'), 179)
  assert.equal(at('2026-10-25T01:00:00Z'), 120)
})
