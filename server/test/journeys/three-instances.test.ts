import assert from 'node:assert/strict'
import test from 'node:test'
import type { FloorDashboard } from '@plenum/contract'
import fc from 'fast-check'
import { createSmallBuilding, eventually, send, startTestServer, type TestServer } from '#test'
import { startTestRedis } from '../redis.ts'
import { statementsOf } from '../statements.ts'
import { findRedis } from '../system-packages.ts'

// Three instances on one PostgreSQL and one Redis: what one takes in, all show.
const { skip } = findRedis()

const startAll = async () => {
  const redis = await startTestRedis()
  const one = await startTestServer({ redisUrl: redis.url })
  const more = { redisUrl: redis.url, databaseUrl: one.databaseUrl }
  const all = [one, await startTestServer(more), await startTestServer(more)] as const
  const places = [await createSmallBuilding(one), await createSmallBuilding(one)]
  return { redis, one, all, places }
}
const { redis, one, all, places } = skip ? ({} as Awaited<ReturnType<typeof startAll>>) : await startAll()

const allHeard = async () => {
  for (const { services } of all)
    await eventually(
      async () => services.bus.state(),
      (state) => state === 'connected',
    )
}
if (!skip) await allHeard()

const sensors = skip
  ? []
  : places.flatMap(({ floor, temperature, co2 }) => [temperature, co2].map(({ id }) => ({ id, floorId: floor.id })))
const shownBy = async ({ as }: TestServer) => {
  const found = new Map<number, unknown[]>()
  for (const { floor } of places) {
    const answer = await as('GET', `/api/dashboard/floor/${floor.id}`)
    assert.equal(answer.statusCode, 200, answer.body)
    for (const { sensor_id, name, latest_timestamp, latest_value } of answer.json<FloorDashboard>().sensors)
      found.set(sensor_id, [name, latest_timestamp, latest_value])
  }
  return JSON.stringify([...found].sort(([a], [b]) => a - b))
}
/** Read without any memory. */
const stored = async () => {
  const { db } = one.services.database
  const rows = await db
    .selectFrom('sensor')
    .select(['id', 'name'])
    .where(
      'id',
      'in',
      sensors.map(({ id }) => id),
    )
    .orderBy('id')
    .execute()
  const newest = await Promise.all(
    rows.map(({ id }) =>
      db
        .selectFrom('reading_all')
        .select(['at', 'value'])
        .where('sensor_id', '=', id)
        .orderBy('at', 'desc')
        .limit(1)
        .executeTakeFirst(),
    ),
  )
  return JSON.stringify(
    rows.map(({ id, name }, i) => [id, [name, newest[i]?.at?.toISOString() ?? null, newest[i]?.value ?? null]]),
  )
}

const minuteMs = 60_000
const at = fc.nat(2)
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      at,
      readings: fc.array(
        fc.record({
          sensor: fc.nat(3),
          ago: fc.integer({ min: -5, max: 20 }),
          value: fc.integer({ min: 10, max: 30 }),
        }),
        {
          minLength: 1,
          maxLength: 6,
        },
      ),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('read' as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename' as const), at, sensor: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
)

test('what was stored by any instance is shown by that one at once, and by all within a moment', { skip }, async () => {
  let names = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
      for (const { clock } of all) clock.nowMs += 7 * minuteMs
      const nowMs = one.clock.nowMs
      // Three steps at a time go on at once.
      for (let from = 0; from < steps.length; from += 3) {
        await Promise.all(
          steps.slice(from, from + 3).map(async (each) => {
            if (each.do === 'flush') return redis.command('FLUSHALL')
            const { as } = all[each.at] as TestServer
            if (each.do === 'read') return shownBy(all[each.at] as TestServer)
            if (each.do === 'rename')
              return as('PATCH', `/api/sensors/${sensors[each.sensor]?.id}`, { name: `sensor ${++names}` })
            return send(
              as,
              each.readings.map(({ sensor, ago, value }) => ({
                sensor_id: sensors[sensor]?.id,
                timestamp: new Date(nowMs - ago * minuteMs).toISOString(),
                value,
              })),
            )
          }),
        )
      }
      const expected = await stored()
      for (const instance of all)
        await eventually(
          () => shownBy(instance),
          (shown) => shown === expected,
          5_000,
        )
    }),
    { numRuns: 25 },
  )
})

test('after a restart, and after Redis was flushed, the latest values are right', { skip }, async () => {
  const expected = await stored()
  const restarted = await startTestServer({ redisUrl: redis.url, databaseUrl: one.databaseUrl })
  restarted.clock.nowMs = one.clock.nowMs
  assert.equal(await shownBy(restarted), expected)
  await redis.command('FLUSHALL')
  const another = await startTestServer({ redisUrl: redis.url, databaseUrl: one.databaseUrl })
  another.clock.nowMs = one.clock.nowMs
  assert.equal(await shownBy(another), expected)
  for (const instance of all) assert.equal(await shownBy(instance), expected)
})

test('what one instance has read is not read from the database by another', { skip }, async () => {
  await shownBy(all[0])
  const fourth = await startTestServer({ redisUrl: redis.url, databaseUrl: one.databaseUrl })
  fourth.clock.nowMs = one.clock.nowMs
  await eventually(
    async () => fourth.services.bus.state(),
    (state) => state === 'connected',
  )
  const sent = await statementsOf(() => shownBy(fourth))
  assert.deepEqual(
    sent.filter((text) => text.includes('newest_reading')),
    [],
  )
  const metrics = await fourth.services.metrics.text()
  assert.match(metrics, /plenum_cache_lookups_total\{kind="sensor:latest",found="redis"\} 4/)
})

test('while Redis is away everything goes on, and what was written meanwhile is right when it is back', {
  skip,
}, async () => {
  for (const instance of all) await shownBy(instance)
  redis.pause()
  for (const [i, { as }] of all.entries()) {
    const timestamp = new Date(one.clock.nowMs + 6 * minuteMs + i * 1_000).toISOString()
    await send(
      as,
      sensors.map(({ id }) => ({ sensor_id: id, timestamp, value: 20 + i })),
    )
    assert.ok((await shownBy(all[i] as TestServer)).includes(timestamp))
  }
  await redis.kill()
  await redis.start()
  await allHeard()
  const expected = await stored()
  for (const instance of all)
    await eventually(
      () => shownBy(instance),
      (shown) => shown === expected,
      5_000,
    )
})
