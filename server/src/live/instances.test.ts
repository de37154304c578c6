import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import type { LiveReading } from '@plenum/contract'
import { createPerson, createSmallBuilding, eventually, send, startTestServer, type TestServer } from '#test'
import { cookieOf, readLive } from '../../test/live-stream.ts'
import { startTestRedis } from '../../test/redis.ts'
import { findRedis } from '../../test/system-packages.ts'

// Who watches at one instance what changes at another.
const { skip } = findRedis()
const startAll = async () => {
  const redis = await startTestRedis()
  const one = await startTestServer({ redisUrl: redis.url })
  const two = await startTestServer({ redisUrl: redis.url, databaseUrl: one.databaseUrl })
  return { redis, one, two }
}
const { redis, one, two } = skip ? ({} as Awaited<ReturnType<typeof startAll>>) : await startAll()

const connected = () =>
  eventually(
    async () => [one, two].every(({ services }) => services.bus.state() === 'connected' && services.redis?.status().up),
    Boolean,
  )
const beat = async ({ clock, services }: TestServer, ms: number) => {
  clock.nowMs += ms
  await services.live.beat()
}
/** The clock stands, so that nobody looks by themselves: what comes was told. */
const comes = (fits: () => boolean) =>
  eventually(async () => {
    await beat(two, 0)
    return fits()
  }, Boolean)
async function scene(t: TestContext) {
  const building = await createSmallBuilding(one)
  const person = await createPerson(one, { role: 'viewer', buildings: [building.building.id] })
  const headers = await cookieOf(two.app, person)
  const url = `/api/live/floor/${building.floor.id}`
  const reader = await readLive(two.app, { url, headers })
  assert.equal(reader.status, 200)
  t.after(reader.leave)
  const timestamp = new Date(one.clock.nowMs).toISOString()
  return { ...building, person, headers, reader, reading: { sensor_id: building.co2.id, timestamp, value: 612 } }
}

test('readings that one instance stores are told by another a second later', { skip }, async (t) => {
  await connected()
  const { reader, reading } = await scene(t)
  two.clock.nowMs += 1_000
  await send(one.as, [reading])
  await comes(() => reader.events().length > 1)
  const [, event] = reader.events()
  assert.ok(event?.event === 'readings')
  assert.deepEqual(
    (event.data as LiveReading[]).map(({ sensor_id, latest_value }) => [sensor_id, latest_value]),
    [[reading.sensor_id, 612]],
  )
})

test('so is a change of the registry, as a snapshot', { skip }, async (t) => {
  await connected()
  const { reader, co2 } = await scene(t)
  two.clock.nowMs += 1_000
  assert.equal((await one.as('PATCH', `/api/sensors/${co2.id}`, { name: 'renamed elsewhere' })).statusCode, 200)
  await comes(() => reader.events().length > 1)
  assert.equal(reader.events().at(-1)?.event, 'snapshot')
  assert.match(JSON.stringify(reader.events().at(-1)?.data), /renamed elsewhere/)
})

test('rights that are changed at one instance end streams at another before anything more is sent', {
  skip,
}, async (t) => {
  await connected()
  const { reader, person, reading } = await scene(t)
  const elsewhere = await createSmallBuilding(one)
  const patch = { scope: { building_ids: [elsewhere.building.id], floor_ids: [] } }
  assert.equal((await one.as('PATCH', `/api/users/${person.id}`, patch)).statusCode, 200)
  await send(one.as, [reading])
  await comes(() => reader.isEnded())
  assert.equal(reader.events().length, 1)
})

test('without Redis it is found within five seconds; what was missed is looked for when Redis is back', {
  skip,
}, async (t) => {
  await connected()
  const { reader, reading } = await scene(t)
  await redis.kill()
  await eventually(
    async () => two.services.bus.state(),
    (state) => state === 'cut off',
  )
  await beat(two, 1_000)
  await send(one.as, [reading])
  await beat(two, 1_000)
  assert.equal(reader.events().length, 1, 'nobody has told')
  for (let s = 0; s < 5; s++) await beat(two, 1_000)
  assert.equal(reader.events().length, 2)

  await send(one.as, [{ ...reading, value: 613 }])
  await redis.start()
  await connected()
  await beat(two, 1_000)
  assert.match(JSON.stringify(reader.events().at(-1)?.data), /613/)
})
