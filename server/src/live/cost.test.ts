import assert from 'node:assert/strict'
import test from 'node:test'
import type { BuildingsDashboard } from '@plenum/contract'
import { createPerson, createSmallBuilding, send, startTestServer } from '#test'
import { cookieOf, readLive } from '../../test/live-stream.ts'
import { statementsOf } from '../../test/statements.ts'

const server = await startTestServer()
const { app, as, clock, services } = server

test('however many watch, a second costs a statement for their rights, and none for what they watch', async () => {
  const [seen, quiet] = [await createSmallBuilding(server), await createSmallBuilding(server)]
  const buildings = [seen.building.id, quiet.building.id]
  const people = await Promise.all(Array.from({ length: 4 }, () => createPerson(server, { role: 'viewer', buildings })))
  const cookies = await Promise.all(people.map((person) => cookieOf(app, person)))
  const readers = await Promise.all(
    cookies.flatMap((headers) =>
      Array.from({ length: 40 }, (_, i) =>
        readLive(app, { url: `/api/live/floor/${i % 2 === 0 ? seen.floor.id : quiet.floor.id}`, headers }),
      ),
    ),
  )
  assert.ok(readers.every(({ status }) => status === 200))
  clock.nowMs += 1_000
  await services.live.beat()
  const reading = { sensor_id: seen.co2.id, timestamp: new Date(clock.nowMs).toISOString(), value: 612 }
  await send(as, [reading])
  clock.nowMs += 1_000
  const statements = await statementsOf(() => services.live.beat())
  assert.equal(statements.length, 1, statements.join('\n\n'))
  assert.equal(statements.filter((text) => text.includes('access_change')).length, 1, 'as every request asks it')
  const told = readers.filter((reader) => reader.events().length === 2)
  assert.equal(told.length, 80)
  assert.deepEqual(
    told.map((reader) => reader.text().replace(/^retry: \d+/, '')),
    Array(80).fill(told[0]?.text().replace(/^retry: \d+/, '')),
    'the same bytes for everyone',
  )

  for (const reader of readers) reader.leave()
  await services.live.beat()
  await send(as, [{ ...reading, timestamp: new Date(clock.nowMs).toISOString() }])
  clock.nowMs += 10_000
  assert.deepEqual(await statementsOf(() => services.live.beat()), [], 'nobody watches, nothing is asked')
})

test('of all buildings that somebody watches, a second reads those that changed, by one statement', async (t) => {
  const [one, other] = [await createSmallBuilding(server), await createSmallBuilding(server)]
  const person = await createPerson(server, { role: 'viewer', buildings: [one.building.id, other.building.id] })
  const reader = await readLive(app, { url: '/api/live/buildings', headers: await cookieOf(app, person) })
  t.after(reader.leave)
  clock.nowMs += 1_000
  await services.live.beat()
  await send(as, [{ sensor_id: one.co2.id, timestamp: new Date(clock.nowMs).toISOString(), value: 612 }])
  clock.nowMs += 1_000
  const statements = await statementsOf(() => services.live.beat())
  assert.equal(statements.length, 2, statements.join('\n\n'))
  assert.equal(statements.filter((text) => text.includes('newest_reading')).length, 1)
  const told = reader.events().at(-1)
  assert.ok(told?.event === 'buildings')
  assert.deepEqual(
    (told.data as BuildingsDashboard['buildings']).map(({ id, status }) => [id, status.ok]),
    [[one.building.id, 1]],
  )
})
