import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import { createSmallBuilding, startTestServer, storage } from '#test'
import type { Batch } from './batch.ts'
import { createStore } from './store.ts'

const server = await startTestServer()
const { database, readings } = server.services
const hourMs = 3_600_000
const native = { skip: storage === 'native' ? false : 'how the native engine does it' }
server.clock.nowMs = Date.parse('2026-06-10T12:00:00Z')

/** One reading an hour. */
function hourly(sensorIds: readonly number[], from: string, hours: number): Batch {
  const batch: Batch = { sensorIds: [], atMs: [], values: [], qualities: [] }
  for (let hour = 0; hour < hours; hour++) {
    for (const id of sensorIds) {
      batch.sensorIds.push(id)
      batch.atMs.push(Date.parse(from) + hour * hourMs)
      batch.values.push(20)
      batch.qualities.push(0)
    }
  }
  return batch
}

const hotRows = async (): Promise<number> =>
  (await sql<{ n: number }>`select count(*) as n from reading`.execute(database.db)).rows[0]?.n as number

test(
  'a day that another instance seals is known here a second later, and nothing is stored twice before',
  native,
  async () => {
    const { temperature, co2 } = await createSmallBuilding(server)
    const here = createStore(database, { storage })
    const sent = hourly([temperature.id, co2.id], '2026-06-08T15:00Z', 24)
    const add = async (batch: Batch) => {
      const { stored, duplicates } = await here.add(batch, server.clock.now())
      return [stored, duplicates]
    }
    assert.deepEqual(await add(sent), [48, 0])
    await readings.sealClosedDays()
    assert.equal(await hotRows(), 0)
    assert.deepEqual(await add(sent), [48, 0], 'not known yet')
    await readings.sealClosedDays()
    const all = await sql`select from reading_all where sensor_id in (${temperature.id}, ${co2.id})`.execute(
      database.db,
    )
    assert.deepEqual([await hotRows(), all.rows.length], [0, 48])
    server.clock.nowMs += 1_001
    assert.deepEqual(await add(sent), [0, 48])
    assert.equal(await hotRows(), 0)
  },
)

test('of a batch that reaches over the end of what is sealed, the sealed part alone is known', async () => {
  const { temperature, co2 } = await createSmallBuilding(server)
  const store = createStore(database, { storage })
  await store.add(hourly([temperature.id], '2026-06-08T15:00Z', 24), server.clock.now())
  await readings.sealClosedDays()
  server.clock.nowMs += 1_001
  // Tokyo's midnight is 15:00: ten hours of the sealed day and eight after it; of the other sensor nothing is sealed.
  const over = hourly([temperature.id, co2.id], '2026-06-09T05:00Z', 18)
  assert.deepEqual(await store.add(over, server.clock.now()), { stored: 26, duplicates: 10, isNew: false })
  assert.deepEqual(await store.add(over, server.clock.now()), { stored: 0, duplicates: 36, isNew: false })
})
