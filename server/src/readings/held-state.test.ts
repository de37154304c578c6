import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import type { History } from '@plenum/contract'
import { countUnsealed, create, createSmallBuilding, send, startTestServer } from '#test'
import { addHeld, decodeHeld, encodeHeld, heldOf, shareOf } from './held-state.ts'

const hourMs = 3_600_000
const fromMs = Date.UTC(2026, 9, 24, 22)

const day = fc.record({
  hours: fc.constantFrom(24, 23, 25, 23.5, 24.5),
  holdMs: fc.constantFrom(180_000, 3 * hourMs, 40 * hourMs),
  carried: fc.option(fc.record({ agoMs: fc.nat(30 * hourMs), on: fc.boolean() })),
  entries: fc.uniqueArray(
    fc.record({ at: fc.nat(23 * 60), value: fc.constantFrom(0, 1), quality: fc.constantFrom(0, 0, 0, 1, 2, 3) }),
    { selector: ({ at }) => at, maxLength: 40 },
  ),
})

test('what a state holds in each hour is what a clock that looks every minute says', () => {
  fc.assert(
    fc.property(day, ({ hours, holdMs, carried, entries }) => {
      const toMs = fromMs + hours * hourMs
      const sorted = entries.toSorted((a, b) => a.at - b.at)
      const columns = {
        atMs: Float64Array.from(sorted, ({ at }) => fromMs + at * 60_000),
        values: Float64Array.from(sorted, ({ value }) => value),
        qualities: Uint8Array.from(sorted, ({ quality }) => quality),
      }
      const good = sorted.filter(({ quality }) => quality % 2 === 0).map(({ at, value }) => ({ at, on: value === 1 }))
      const held = heldOf(columns, fromMs, toMs, holdMs)
      const kept = decodeHeld(encodeHeld(held, holdMs), fromMs, toMs, holdMs)
      assert.deepEqual(kept, held)
      assert.equal(decodeHeld(encodeHeld(held, holdMs), fromMs, toMs, holdMs + 1), null)
      if (carried) {
        const beforeMs = fromMs - Math.ceil(carried.agoMs / 60_000) * 60_000 - 60_000
        const until = Math.min(beforeMs + holdMs, fromMs + (good[0]?.at ?? hours * 60) * 60_000)
        addHeld(held, [beforeMs, until], carried.on)
        good.unshift({ at: (beforeMs - fromMs) / 60_000, on: carried.on })
      }
      for (let hour = 0; hour < hours; hour++) {
        const seen = { covered: 0, on: 0 }
        for (let minute = hour * 60; minute < Math.min((hour + 1) * 60, hours * 60); minute++) {
          const last = good.findLast(({ at }) => at <= minute)
          if (last === undefined || (minute - last.at) * 60_000 >= holdMs) continue
          seen.covered++
          if (last.on) seen.on++
        }
        assert.deepEqual([held.coveredMs[hour], held.onMs[hour]], [seen.covered * 60_000, seen.on * 60_000])
        const share = seen.covered > 0 ? seen.on / seen.covered : Number.NaN
        assert.equal(shareOf(held, hour, hour + 1), share)
      }
    }),
    { numRuns: 500 },
  )
})

test('a share outlives its readings, and follows an interval that is changed while they are there', async () => {
  const server = await startTestServer()
  const { as, clock, services } = server
  const { db } = services.database
  const { floor, key } = await createSmallBuilding(server)
  clock.nowMs = Date.parse('2026-06-10T12:00:00Z')
  const door = await create(as, '/api/sensors', {
    floor_id: floor.id,
    sensor_key: `${key}/door`,
    name: 'Door',
    sensor_type: 'contact',
    interval_s: 600,
  })
  // Closed from 09:00 to 10:00 in Tokyo, then open for at most three intervals; at 23:50 closed into the next day.
  const at = ['2026-06-01T00:00:00Z', '2026-06-01T00:30:00Z', '2026-06-01T01:00:00Z', '2026-06-01T14:50:00Z']
  await send(
    as,
    [...at, '2026-06-02T03:00:00Z'].map((timestamp, i) => ({
      sensor_id: door.id,
      timestamp,
      value: i === 2 || i === 4 ? 0 : 1,
    })),
  )
  const shares = async () => {
    const range = 'from=2026-05-31T15:00:00Z&to=2026-06-02T15:00:00Z'
    const answer = await as('GET', `/api/sensors/${door.id}/history?${range}&resolution=1d`)
    return (answer.json<History>().records as { share: number }[]).map(({ share }) => Number(share.toFixed(6)))
  }
  // First day: 60 minutes closed, 30 open, 10 closed until midnight; second: 20 closed from before, 30 open.
  const expected = [70 / 100, 20 / 50].map((share) => Number(share.toFixed(6)))
  assert.deepEqual(await shares(), expected)
  await services.readings.sealClosedDays()
  assert.deepEqual(await shares(), expected)
  await as('PATCH', `/api/sensors/${door.id}`, { interval_s: 200 })
  // Each reading holds ten minutes: 20 closed, 10 open, 10 closed; then 10 open.
  assert.deepEqual(await shares(), [0.75, 0])
  await as('PATCH', `/api/sensors/${door.id}`, { interval_s: 600 })
  await sql`update segment set step_ms = null, values_int2 = null, times_int2 = null, times_int4 = null`.execute(db)
  assert.deepEqual(await shares(), expected)
})

test('a state that is told once a month can be sealed, and holds for 24 days at the most', async () => {
  const server = await startTestServer()
  const { as, clock, services } = server
  const { floor, key } = await createSmallBuilding(server)
  clock.nowMs = Date.parse('2026-06-10T12:00:00Z')
  const place = { floor_id: floor.id, sensor_key: `${key}/hatch`, name: 'Hatch', sensor_type: 'contact' }
  const hatch = await create(as, '/api/sensors', { ...place, interval_s: 2_678_400 })
  await send(
    as,
    ['2026-05-01T15:00:00Z', '2026-06-09T03:00:00Z'].map((timestamp, i) => ({
      sensor_id: hatch.id,
      timestamp,
      value: 1 - i,
    })),
  )
  const days = async () => {
    const range = 'from=2026-05-01T15:00:00Z&to=2026-06-09T15:00:00Z'
    return (await as('GET', `/api/sensors/${hatch.id}/history?${range}&resolution=1d`)).json<History>().records
  }
  const before = await days()
  assert.deepEqual(
    before.map((record) => (record as { share: number }).share),
    [1, 0],
  )
  await services.readings.sealClosedDays()
  assert.deepEqual(await days(), before)
  assert.equal(await countUnsealed(services.database.db), 0)
})
