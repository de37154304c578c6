import assert from 'node:assert/strict'
import test from 'node:test'
import type { BuildingDashboard, FloorDashboard, LiveReading, NewApiKey } from '@plenum/contract'
import {
  administrator,
  type Caller,
  create,
  createPerson,
  createSmallBuilding,
  disablePerson,
  eventually,
  send,
  setRights,
  startTestServer,
} from '#test'
import { cookieOf, readLive } from '../../test/live-stream.ts'
import { maxStreamsOfOne } from './limits.ts'

const server = await startTestServer()
const { app, as, clock, services } = server
const { live } = services

const admin = await cookieOf(app, administrator)
const watch = (url: string, headers: Record<string, string> = admin) => readLive(app, { url, headers })
const nowIso = (agoMs = 0): string => new Date(clock.nowMs - agoMs).toISOString()
/** A second later, everything that is due was looked at. */
const passSecond = async (): Promise<void> => {
  clock.nowMs += 1_000
  await live.beat()
}
const floorBody = async (id: number, by: Caller = as) =>
  (await by('GET', `/api/dashboard/floor/${id}`)).json<FloorDashboard>()

test('a stream begins with the body of the dashboard, for floors and buildings', async (t) => {
  const { floor, building } = await createSmallBuilding(server)
  for (const path of [`floor/${floor.id}`, `building/${building.id}`]) {
    const reader = await watch(`/api/live/${path}`)
    t.after(reader.leave)
    const dashboard = await as('GET', `/api/dashboard/${path}`)
    assert.equal(reader.status, 200)
    assert.match(String(reader.headers['content-type']), /^text\/event-stream/)
    assert.equal(reader.headers['x-accel-buffering'], 'no')
    assert.match(String(reader.headers['cache-control']), /no-store/)
    assert.match(reader.text(), /^retry: \d+\n\nevent: snapshot\n/)
    assert.deepEqual(reader.events(), [{ event: 'snapshot', id: dashboard.headers['etag'], data: dashboard.json() }])
  }
})

test('readings come as what changed, at most once a second', async (t) => {
  const { floor, building, temperature, co2 } = await createSmallBuilding(server)
  const reader = await watch(`/api/live/floor/${floor.id}`)
  const summary = await watch(`/api/live/building/${building.id}`)
  t.after(reader.leave)
  t.after(summary.leave)
  for (const value of [20, 21, 22]) {
    await send(as, [{ sensor_id: temperature.id, timestamp: nowIso(30 - value), value }])
    await live.beat()
  }
  assert.equal(reader.events().length, 1, 'the second is not over')
  await passSecond()
  const [, told, ...more] = reader.events()
  assert.deepEqual(more, [])
  assert.equal(told?.event, 'readings')
  assert.deepEqual(told?.data, [
    { sensor_id: temperature.id, latest_value: 22, latest_timestamp: nowIso(1_008), status: 'ok', quality: 'good' },
  ] satisfies LiveReading[])
  const [, floors] = summary.events()
  assert.equal(floors?.event, 'floors')
  const [row] = (floors?.data ?? []) as BuildingDashboard['floors']
  assert.deepEqual(row, (await as('GET', `/api/dashboard/building/${building.id}`)).json<BuildingDashboard>().floors[0])

  await send(as, [{ sensor_id: co2.id, timestamp: nowIso(), value: 612 }])
  await passSecond()
  assert.equal(reader.events().length, 3)
  await passSecond()
  assert.equal(reader.events().length, 3, 'nothing new, nothing said')
})

test('that a sensor turns stale is told though nothing happened', async (t) => {
  const { floor, temperature } = await createSmallBuilding(server)
  await send(as, [{ sensor_id: temperature.id, timestamp: nowIso(), value: 20 }])
  const reader = await watch(`/api/live/floor/${floor.id}`)
  t.after(reader.leave)
  clock.nowMs += 180_001
  await live.beat()
  const [told] = (reader.events().at(-1)?.data ?? []) as LiveReading[]
  assert.deepEqual([told?.sensor_id, told?.status], [temperature.id, 'stale'])
})

test('after a change of the registry comes a new snapshot', async (t) => {
  const { floor, co2 } = await createSmallBuilding(server)
  const reader = await watch(`/api/live/floor/${floor.id}`)
  t.after(reader.leave)
  assert.equal((await as('PATCH', `/api/sensors/${co2.id}`, { name: 'renamed' })).statusCode, 200)
  await passSecond()
  const last = reader.events().at(-1)
  assert.equal(last?.event, 'snapshot')
  assert.deepEqual(last?.data, await floorBody(floor.id))
})

test('what only time changes in a building is found within five seconds', async (t) => {
  const { building, co2 } = await createSmallBuilding(server)
  await send(as, [{ sensor_id: co2.id, timestamp: nowIso(), value: 612 }])
  const reader = await watch(`/api/live/building/${building.id}`)
  t.after(reader.leave)
  clock.nowMs += 180_001
  for (let s = 0; s < 5; s++) await passSecond()
  assert.match(JSON.stringify(reader.events().at(-1)?.data), /"stale":1/)
})

test('a quiet stream says so every fifteen seconds', async (t) => {
  const { floor } = await createSmallBuilding(server)
  const reader = await watch(`/api/live/floor/${floor.id}`)
  t.after(reader.leave)
  const comments = () => reader.text().match(/^:$/gm)?.length ?? 0
  for (let s = 0; s < 14; s++) await passSecond()
  assert.equal(comments(), 0)
  await passSecond()
  assert.equal(comments(), 1)
  for (let s = 0; s < 15; s++) await passSecond()
  assert.equal(comments(), 2)
})

test('whoever comes back is told what they missed; whoever is away too long gets it all', async (t) => {
  const { floor, temperature } = await createSmallBuilding(server)
  const url = `/api/live/floor/${floor.id}`
  const first = await watch(url)
  const [{ id } = { id: '' }] = first.events()
  first.leave()
  await eventually(
    async () => services.metrics.text(),
    (text) => /^plenum_live_streams 0$/m.test(text),
  )
  clock.nowMs += 1_000
  await send(as, [{ sensor_id: temperature.id, timestamp: nowIso(), value: 20 }])
  const back = await watch(url, { ...admin, 'last-event-id': id })
  t.after(back.leave)
  assert.deepEqual(
    back.events().map(({ event }) => event),
    ['readings'],
  )
  const same = await watch(url, { ...admin, 'last-event-id': back.events()[0]?.id ?? '' })
  t.after(same.leave)
  assert.deepEqual(same.events(), [])
  const unknown = await watch(url, { ...admin, 'last-event-id': '"made up"' })
  t.after(unknown.leave)
  assert.deepEqual(
    unknown.events().map(({ event }) => event),
    ['snapshot'],
  )
})

test('a stream ends with its session, its key, its person, and with any change of what they see', async () => {
  const { floor, building } = await createSmallBuilding(server)
  const url = `/api/live/floor/${floor.id}`
  const viewer = { role: 'viewer', buildings: [building.id] } as const
  const open = async () => {
    const person = await createPerson(server, viewer)
    const reader = await watch(url, await cookieOf(app, person))
    assert.equal(reader.status, 200)
    return { person, reader }
  }
  const { db } = services.database
  const ends: Record<string, (person: { id: string }) => Promise<unknown>> = {
    'the session': ({ id }) => db.deleteFrom('session').where('user_id', '=', id).execute(),
    'the session expires': ({ id }) =>
      db
        .updateTable('session')
        .set({ expires_at: new Date(0) })
        .where('user_id', '=', id)
        .execute(),
    'the person': ({ id }) => disablePerson(services, id),
    'the scope': ({ id }) => setRights(services, id, { role: 'viewer' }),
    'less of it': ({ id }) => setRights(services, id, { role: 'viewer', floors: [floor.id] }),
    'the role': ({ id }) => setRights(services, id, { ...viewer, role: 'technician' }),
    presence: ({ id }) => setRights(services, id, { ...viewer, seesPresence: true }),
  }
  const untouched = await open()
  for (const [what, end] of Object.entries(ends)) {
    const { person, reader } = await open()
    await passSecond()
    assert.equal(reader.isEnded(), false, what)
    await end(person)
    await passSecond()
    await eventually(async () => reader.isEnded(), Boolean)
    assert.equal(untouched.reader.isEnded(), false, what)
  }
  untouched.reader.leave()

  const made = await create<NewApiKey>(as, '/api/keys', {})
  const byKey = await watch(url, { authorization: `Bearer ${made.key}` })
  await passSecond()
  assert.equal(byKey.isEnded(), false)
  assert.equal((await as('DELETE', `/api/keys/${made.id}`)).statusCode, 204)
  await passSecond()
  await eventually(async () => byKey.isEnded(), Boolean)
})

test('a stream ends when the time of its session or key is up', async () => {
  const { floor, building } = await createSmallBuilding(server)
  const url = `/api/live/floor/${floor.id}`
  const person = await createPerson(server, { role: 'viewer', buildings: [building.id] })
  const made = await create<NewApiKey>(person.as, '/api/keys', {})
  const readers = [
    await watch(url, await cookieOf(app, person)),
    await watch(url, { authorization: `Bearer ${made.key}` }),
  ]
  await passSecond()
  for (const table of ['session', 'api_key'] as const)
    await services.database.db
      .updateTable(table)
      .set({ expires_at: new Date(Date.now() + 500) })
      .where('user_id', '=', person.id)
      .execute()
  await live.beat()
  assert.deepEqual(
    readers.map((reader) => reader.isEnded()),
    [false, false],
  )
  await eventually(
    async () => {
      await live.beat()
      return readers.every((reader) => reader.isEnded())
    },
    (ended) => ended,
  )
})

test('a floor that is moved out of sight, or deleted, ends its streams before anything of it is told', async () => {
  const { floor, building, co2 } = await createSmallBuilding(server)
  const { building: other } = await createSmallBuilding(server)
  const person = await createPerson(server, { role: 'viewer', buildings: [building.id] })
  const reader = await watch(`/api/live/floor/${floor.id}`, await cookieOf(app, person))
  const own = await watch(`/api/live/floor/${floor.id}`)
  const { db } = services.database
  await db.updateTable('sensor').set({ gateway_id: null }).where('floor_id', '=', floor.id).execute()
  const moved = await as('PATCH', `/api/floors/${floor.id}`, { building_id: other.id, name: 'moved' })
  assert.equal(moved.statusCode, 200, moved.body)
  await send(as, [{ sensor_id: co2.id, timestamp: nowIso(), value: 612 }])
  await passSecond()
  await eventually(async () => reader.isEnded(), Boolean)
  assert.equal(reader.events().length, 1)
  assert.equal(own.isEnded(), false)
  await db.deleteFrom('reading').execute()
  await db.deleteFrom('sensor').where('floor_id', '=', floor.id).execute()
  await as('DELETE', `/api/floors/${floor.id}`)
  await passSecond()
  await eventually(async () => own.isEnded(), Boolean)
})

test('one person has so many streams and no more', async () => {
  const { floor } = await createSmallBuilding(server)
  const readers = await Promise.all(Array.from({ length: maxStreamsOfOne }, () => watch(`/api/live/floor/${floor.id}`)))
  const { status, text } = await watch(`/api/live/floor/${floor.id}`)
  assert.equal(status, 429)
  assert.match(text(), /live_streams_of_person_exceeded/)
  for (const reader of readers) reader.leave()
  assert.equal((await watch(`/api/live/floor/${floor.id}`)).status, 200)
})
