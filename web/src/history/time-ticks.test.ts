import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timeTicks } from './time-ticks.ts'
import { wallTime } from './zoned-time.ts'

const ticks = (from: string, to: string, most: number, zone: string) =>
  timeTicks({ fromMs: Date.parse(from), toMs: Date.parse(to) }, most, zone)
const clock = (atMs: number, zone: string) => {
  const { day, hour, minute } = wallTime(atMs, zone)
  return `${day} ${hour}:${String(minute).padStart(2, '0')}`
}

test('ticks stand on round times of the building, midnight says the day', () => {
  const found = ticks('2026-11-23T12:10:00Z', '2026-11-23T19:00:00Z', 8, 'Asia/Kolkata')
  assert.deepEqual(
    found.map(({ atMs }) => clock(atMs, 'Asia/Kolkata')),
    ['23 18:00', '23 19:00', '23 20:00', '23 21:00', '23 22:00', '23 23:00', '24 0:00'],
  )
  assert.deepEqual([found[0]?.style, found.at(-1)?.style], ['minute', 'day'])
})

test('six-hour ticks stay on six, twelve and eighteen over a clock change', () => {
  for (const day of ['2026-10-25', '2026-03-29']) {
    const from = new Date(Date.parse(`${day}T00:00:00Z`) - 7_200_000).toISOString()
    const to = new Date(Date.parse(`${day}T00:00:00Z`) + 36 * 3_600_000).toISOString()
    const hours = ticks(from, to, 7, 'Europe/Berlin').map(({ atMs }) => wallTime(atMs, 'Europe/Berlin').hour)
    assert.ok(hours.length >= 5, day)
    assert.ok(
      hours.every((hour) => hour % 6 === 0),
      `${day}: ${hours}`,
    )
  }
})

test('days are midnights, months firsts, quarters quarters', () => {
  const days = ticks('2026-10-20T00:00:00Z', '2026-11-02T00:00:00Z', 14, 'Europe/Berlin')
  assert.ok(days.every(({ atMs }) => clock(atMs, 'Europe/Berlin').endsWith(' 0:00')))
  assert.equal(days.length, 13)
  const quarters = ticks('2025-11-05T00:00:00Z', '2026-11-20T00:00:00Z', 5, 'Asia/Tokyo')
  assert.deepEqual(
    quarters.map(({ atMs, style }) => [wallTime(atMs, 'Asia/Tokyo').month, style]),
    [
      [1, 'year'],
      [4, 'month'],
      [7, 'month'],
      [10, 'month'],
    ],
  )
})

test('never more than asked for, at any width', () => {
  const fromMs = Date.parse('2026-11-23T12:34:56Z')
  for (let width = 10_000; width < 7e11; width *= 1.7) {
    const count = timeTicks({ fromMs, toMs: fromMs + width }, 8, 'America/St_Johns').length
    assert.ok(count <= 10 && count >= 1, `${width}: ${count}`)
  }
})
