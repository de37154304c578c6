import assert from 'node:assert/strict'
import test from 'node:test'
import type { IngestAnswer } from '@plenum/contract'
import { createPerson, createSmallBuilding, ingestPath, setRights, startTestServer, withKey } from '#test'
import { minutes, fromMs, post } from './import-scene.ts'

const server = await startTestServer()
const { app, services, clock } = server
const home = await createSmallBuilding(server)
const other = await createSmallBuilding(server)
const manager = await createPerson(server, { role: 'manager', buildings: [home.building.id] })
const unknown = { code: 'reading_sensor_unknown', detail: 'There is no such sensor, or none that you may write to.' }

test('a person writes to sensors within their scope; others are unknown to them, by id, by key and by both', async () => {
  const at = (s: number) => new Date(clock.nowMs - s * 1_000).toISOString()
  const readings = (s: number) =>
    [
      { sensor_id: home.co2.id },
      { sensor_id: other.co2.id },
      { sensor_key: `${home.key}/temperature` },
      { sensor_key: `${other.key}/co2` },
      { sensor_id: home.co2.id, sensor_key: `${other.key}/co2` },
      { sensor_id: 2_000_000_000 },
    ].map((sensor) => ({ ...sensor, timestamp: at(s), value: 20 }))
  const rejected = [1, 3, 4, 5].map((index) => ({ index, ...unknown }))
  const script = await withKey(app, manager.as)
  // Looked up at first, then remembered; then remembered because somebody else has asked for them.
  for (const [s, who] of [manager.as, manager.as, script].entries()) {
    const answer = await who('POST', ingestPath, { readings: readings(s) })
    assert.deepEqual(answer.json<IngestAnswer>(), { stored: 2, duplicates: 0, rejected: 4, errors: rejected })
    const theirs = (await other.asGateway('POST', ingestPath, { readings: readings(s) })).json<IngestAnswer>()
    assert.deepEqual([theirs.stored + theirs.duplicates, theirs.rejected], [2, 4])
  }
  const all = await manager.as('POST', ingestPath, { readings: readings(9).filter((_, i) => i % 2 === 1) })
  assert.equal(all.statusCode, 422)
})

test('runs of a bulk import go the same way', async () => {
  const runs = [home.co2, other.co2, { id: 2_000_000_000 }].map(({ id }) => minutes(id, fromMs, 3))
  const answer = await post(manager.as, runs)
  const { stored, errors } = answer.json<IngestAnswer>()
  assert.deepEqual([stored, errors], [3, [1, 2].map((index) => ({ index, ...unknown }))])
})

test('whoever loses a building writes to it no more', async () => {
  const someone = await createPerson(server, { role: 'manager', buildings: [home.building.id, other.building.id] })
  const send = async () =>
    (
      await someone.as('POST', ingestPath, {
        sensor_id: other.co2.id,
        timestamp: new Date(clock.nowMs - 60_000).toISOString(),
        value: 400,
      })
    ).statusCode
  assert.equal(await send(), 200)
  await setRights(services, someone.id, { role: 'manager', buildings: [home.building.id] })
  assert.equal(await send(), 422)
  await setRights(services, someone.id, { role: 'technician', buildings: [other.building.id] })
  assert.equal(await send(), 403)
})
