import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { createSmallBuilding, loadRuns, send, startTestServer } from '#test'
import type { StoredReadings } from './stored-readings.ts'

/**
 * Days that are remembered, against the same questions asked without a memory: whatever is sealed, folded in, replaced,
 * dropped or deleted between two pages, the next page is what is stored then.
 */

const server = await startTestServer()
const { db } = server.services.database
const { readings } = server.services
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const stepMs = 10 * 60_000
const startMs = Date.parse('2026-05-01T00:00:00Z')
const days = 6

type Window = [fromStep: number, steps: number]
const steps = (days * dayMs) / stepMs
const window: fc.Arbitrary<Window> = fc.tuple(fc.nat(steps), fc.integer({ min: 1, max: 300 }))
const some = fc.array(fc.tuple(fc.boolean(), fc.nat(steps), fc.integer({ min: 0, max: 400 })), {
  minLength: 1,
  maxLength: 60,
})
type Action = { sent: [boolean, number, number][] } | { loaded: [boolean, number, number][] } | 'seal' | 'drop'
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ sent: some }) },
  { weight: 3, arbitrary: fc.record({ loaded: some }) },
  { weight: 4, arbitrary: fc.constant('seal' as const) },
  { weight: 1, arbitrary: fc.constant('drop' as const) },
)

async function scanned(stored: StoredReadings, sensorIds: number[], [fromStep, length]: Window, remember: boolean) {
  const fromMs = startMs + fromStep * stepMs + 1
  const found: [number, number, number, number][] = []
  for await (const chunk of stored.scan({ sensorIds, fromMs, toMs: fromMs + length * stepMs, remember }))
    chunk.atMs.forEach((atMs, i) =>
      found.push([chunk.sensorId, atMs, chunk.values[i] as number, chunk.qualities[i] as number]),
    )
  return found
}

/** All that is there is due. */
async function dropReadings(): Promise<void> {
  const before = server.clock.nowMs
  server.clock.nowMs += 20 * 365 * dayMs
  await readings.retention.dropExpired()
  server.clock.nowMs = before
}

test('what is remembered is what is stored, whatever happens between two pages', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(action, fc.array(window, { minLength: 1, maxLength: 3 })), { minLength: 3, maxLength: 12 }),
      async (actions) => {
        const { temperature, co2, key } = await createSmallBuilding(server)
        const sensorIds = [co2.id, temperature.id]
        await sql`update sensor set created_at = '2000-01-01'`.execute(db)
        server.clock.nowMs = startMs + (days + 2) * dayMs
        const given = ([first, step, tenths]: [boolean, number, number]) => ({
          sensor_id: sensorIds[Number(first)] as number,
          atMs: startMs + step * stepMs,
          value: 300 + tenths / 10,
        })
        for (const [one, windows] of actions) {
          if (one === 'seal') await readings.sealClosedDays()
          else if (one === 'drop') await dropReadings()
          else if ('sent' in one)
            await send(
              server.as,
              one.sent
                .map(given)
                .map(({ atMs, ...reading }) => ({ ...reading, timestamp: new Date(atMs).toISOString() })),
            )
          else
            await loadRuns(
              server.as,
              one.loaded
                .map(given)
                .map(({ sensor_id, atMs, value }) => ({ sensor_id, timestamps: [atMs], values: [value] })),
            )
          for (const asked of windows)
            assert.deepEqual(
              await scanned(readings.stored, sensorIds, asked, true),
              await scanned(readings.stored, sensorIds, asked, false),
            )
        }
        const deleted = await server.as('DELETE', `/api/sensors/${co2.id}?confirm=${encodeURIComponent(`${key}/co2`)}`)
        assert.equal(deleted.statusCode, 204, deleted.body)
        const left = await scanned(readings.stored, sensorIds, [0, steps], true)
        assert.deepEqual(left, await scanned(readings.stored, [temperature.id], [0, steps], false))
      },
    ),
    { numRuns: 60, endOnFailure: true },
  )
})

test('whoever reads while days are sealed and late readings are folded in sees each reading once, and none twice', async () => {
  const { temperature, co2 } = await createSmallBuilding(server)
  const sensorIds = [temperature.id, co2.id]
  server.clock.nowMs = startMs + (days + 2) * dayMs
  const all = sensorIds.flatMap((sensor_id) =>
    Array.from({ length: steps }, (_, i) => ({
      sensor_id,
      timestamp: new Date(startMs + i * stepMs).toISOString(),
      value: 500,
    })),
  )
  await send(server.as, all)
  const progress = { done: false }
  const write = async () => {
    for (let value = 501; value < 521; value++) {
      await readings.sealClosedDays()
      await send(
        server.as,
        all.filter((_, i) => i % 97 === 0).map((reading) => ({ ...reading, value })),
      )
    }
    progress.done = true
  }
  const read = async () => {
    let least = 500
    let last: boolean
    do {
      last = progress.done
      const found = await scanned(readings.stored, sensorIds, [-1, steps], true)
      assert.deepEqual(
        found.map(([, atMs]) => atMs),
        sensorIds.flatMap(() => Array.from({ length: steps }, (_, i) => startMs + i * stepMs)),
      )
      // All replaced ones come from one commit, and none from an earlier one than was seen before.
      const values = new Set(found.map(([, , value]) => value))
      values.delete(500)
      assert.ok(values.size <= 1, [...values].join())
      const [value = 500] = values
      assert.ok(value >= least)
      least = value
    } while (!last)
    assert.equal(least, 520)
  }
  await Promise.all([write(), read(), read()])
})
