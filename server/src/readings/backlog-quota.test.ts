import assert from 'node:assert/strict'
import test from 'node:test'
import type { NewGatewayKey } from '@plenum/contract'
import { sql } from 'kysely'
import { caller, create, createSmallBuilding, send, startTestServer } from '#test'

const server = await startTestServer()
const { as, app, clock } = server
const { db } = server.services.database
const minuteMs = 60_000
const minutesADay = 1_440
/** As many of 500 sensors as a request may have readings. */
const minutesABatch = 20

test('a key has room for the day that 500 sensors have kept back, within a minute and while live readings go on', async () => {
  const { building, floor, gateway } = await createSmallBuilding(server)
  const rows = Array.from({ length: 500 }, (_, i) => ({
    building_id: building.id,
    floor_id: floor.id,
    sensor_key: `backlog/${i}`,
    name: `N ${i}`,
    sensor_type: 'temperature',
    unit: 'degC',
  }))
  const sensors = await db.insertInto('sensor').values(rows).returning('id').execute()
  const made = await create<NewGatewayKey>(as, `/api/gateways/${gateway.id}/keys`, {})
  const asGateway = caller(app, { authorization: `Bearer ${made.key}` })
  const at = (ms: number) =>
    sensors.map(({ id }) => ({ sensor_id: id, timestamp: new Date(ms).toISOString(), value: 21.5 }))

  // Sent as fast as it is taken: what is more than a minute's quota would be refused.
  const startMs = clock.nowMs - minutesADay * minuteMs
  let live = 0
  for (let first = 0; first < minutesADay; first += minutesABatch) {
    const batch = Array.from({ length: minutesABatch }, (_, i) => at(startMs + (first + i) * minuteMs)).flat()
    assert.equal((await send(asGateway, batch)).stored, 10_000)
    clock.nowMs += 1_000
    live += (await send(asGateway, at(clock.nowMs))).stored
  }
  assert.equal(live, 500 * (minutesADay / minutesABatch))
  const { rows: counted } = await sql<{ count: number }>`
    select count(*) as count from reading r join sensor s on s.id = r.sensor_id
    where s.sensor_key like 'backlog/%'`.execute(db)
  assert.equal(counted[0]?.count, 720_000 + live)
  assert.ok(made.readings_per_minute >= 4_000 * minutesADay, 'and of 4,000 sensors')
})
