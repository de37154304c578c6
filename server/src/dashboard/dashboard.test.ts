import assert from 'node:assert/strict'
import test from 'node:test'
import type { DashboardSensor, FloorDashboard, Problem } from '@plenum/contract'
import { create, createSmallBuilding, send, startTestServer } from '#test'

const server = await startTestServer()
const { as, clock } = server
const minuteMs = 60_000
const at = (agoMs: number) => new Date(clock.nowMs - agoMs).toISOString()

const floorOf = async (floorId: number, headers?: Record<string, string>) => {
  const answer = await as('GET', `/api/dashboard/floor/${floorId}`, undefined, headers)
  const body = answer.statusCode === 200 ? answer.json<FloorDashboard>() : null
  return { status: answer.statusCode, headers: answer.headers, body }
}
const sensorOf = async (floorId: number, sensorId: number): Promise<DashboardSensor> => {
  const { body } = await floorOf(floorId)
  const found = body?.sensors.find((sensor) => sensor.sensor_id === sensorId)
  assert.ok(found)
  return found
}

test('a floor shows every sensor of it with what the registry and the newest reading say', async () => {
  const { building, floor, temperature, co2, key } = await createSmallBuilding(server)
  const zone = await create(as, '/api/zones', { floor_id: floor.id, name: 'Z' })
  await as('PATCH', `/api/sensors/${temperature.id}`, { zone_id: zone.id, position: { x: 0.31, y: 0.62 } })
  await send(as, [{ sensor_id: temperature.id, timestamp: at(4_000), value: 21.4 }])
  const { body, headers } = await floorOf(floor.id)
  assert.equal(headers['content-type'], 'application/json; charset=utf-8')
  assert.deepEqual(body, {
    floor: { id: floor.id, name: '3F', level: 3, building_id: building.id, timezone: 'Asia/Tokyo' },
    generated_at: at(0),
    sensors: [
      {
        sensor_id: co2.id,
        sensor_key: `${key}/co2`,
        name: 'co2',
        sensor_type: 'co2',
        unit: 'ppm',
        zone_id: null,
        position: null,
        interval_s: 60,
        status: 'silent',
        latest_value: null,
        latest_timestamp: null,
        quality: null,
        alert: null,
      },
      {
        sensor_id: temperature.id,
        sensor_key: `${key}/temperature`,
        name: 'temperature',
        sensor_type: 'temperature',
        unit: 'degC',
        zone_id: zone.id,
        position: { x: 0.31, y: 0.62 },
        interval_s: 60,
        status: 'ok',
        latest_value: 21.4,
        latest_timestamp: at(4_000),
        quality: 'good',
        alert: null,
      },
    ],
    withheld: 0,
  })
})

test('the latest value is the newest by reading time: late readings do not move it back', async () => {
  const { floor, co2 } = await createSmallBuilding(server)
  const latest = async () => {
    const { latest_value, latest_timestamp } = await sensorOf(floor.id, co2.id)
    return [latest_value, latest_timestamp]
  }
  await send(as, [{ sensor_id: co2.id, timestamp: at(minuteMs), value: 700 }])
  assert.deepEqual(await latest(), [700, at(minuteMs)])
  await send(as, [{ sensor_id: co2.id, timestamp: at(2 * minuteMs), value: 600 }])
  await send(as, [{ sensor_id: co2.id, timestamp: at(400 * 24 * 60 * minuteMs), value: 500 }])
  assert.deepEqual(await latest(), [700, at(minuteMs)])
  await send(as, [{ sensor_id: co2.id, timestamp: at(minuteMs), value: 701 }])
  assert.deepEqual(await latest(), [701, at(minuteMs)], 'the same reading with another value replaces it')
  await send(as, [{ sensor_id: co2.id, timestamp: at(-9 * minuteMs), value: 800 }])
  assert.deepEqual(await latest(), [800, at(-9 * minuteMs)])
})

test('a sensor is silent, ok, stale after three of its intervals, and disabled whatever it sends', async () => {
  const { floor, co2 } = await createSmallBuilding(server)
  const status = async () => (await sensorOf(floor.id, co2.id)).status
  assert.equal(await status(), 'silent')
  await as('PATCH', `/api/sensors/${co2.id}`, { interval_s: 20 })
  await send(as, [{ sensor_id: co2.id, timestamp: at(0), value: 700 }])
  assert.equal(await status(), 'ok')
  clock.nowMs += 60_000
  assert.equal(await status(), 'ok', 'exactly three intervals')
  clock.nowMs += 1_001
  assert.equal(await status(), 'stale')
  await as('PATCH', `/api/sensors/${co2.id}`, { interval_s: 60 })
  assert.equal(await status(), 'ok', 'a change of the registry shows at once')
  await as('PATCH', `/api/sensors/${co2.id}`, { status: 'disabled' })
  await send(as, [{ sensor_id: co2.id, timestamp: at(0), value: 700 }])
  assert.equal(await status(), 'disabled')
})

test('an implausible value is shown, and said to be suspect', async () => {
  const { floor, co2 } = await createSmallBuilding(server)
  await send(as, [{ sensor_id: co2.id, timestamp: at(0), value: 1e308 }])
  const { latest_value, quality, status } = await sensorOf(floor.id, co2.id)
  assert.deepEqual([latest_value, quality, status], [1e308, 'suspect', 'ok'])
})

test('a reading that was acknowledged is in the next answer, however often the floor was asked for', async () => {
  const { floor, co2 } = await createSmallBuilding(server)
  for (let i = 0; i < 30; i++) {
    const before = Promise.all(Array.from({ length: 3 }, () => floorOf(floor.id)))
    await send(as, [{ sensor_id: co2.id, timestamp: at(0), value: 500 + i }])
    assert.equal((await sensorOf(floor.id, co2.id)).latest_value, 500 + i)
    await before
  }
})

test('the ETag is strong, answers 304 while nothing changes, and is another when a value is', async () => {
  const { building, floor, co2 } = await createSmallBuilding(server)
  await send(as, [{ sensor_id: co2.id, timestamp: at(0), value: 500 }])
  const first = await floorOf(floor.id)
  const etag = String(first.headers['etag'])
  assert.match(etag, /^"[\w-]{20,}"$/)
  assert.equal(first.headers['x-cache'], 'miss')
  assert.equal(first.headers['cache-control'], 'private, no-cache')
  const second = await floorOf(floor.id)
  assert.deepEqual([second.headers['x-cache'], second.headers['etag']], ['hit', etag])

  for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const answer = await as('GET', `/api/dashboard/floor/${floor.id}`, undefined, { 'if-none-match': tags })
    assert.deepEqual([answer.statusCode, answer.body, answer.headers['etag']], [304, '', etag], tags)
  }
  for (const tags of ['"other"', etag.slice(1, -1), '']) {
    assert.equal((await floorOf(floor.id, { 'if-none-match': tags })).status, 200, tags)
  }

  clock.nowMs += 100_000
  const later = await floorOf(floor.id)
  assert.deepEqual([later.headers['x-cache'], later.headers['etag']], ['hit', etag], 'time changes nothing of it yet')
  await as('PATCH', `/api/floors/${floor.id}`, { area_m2: 700 })
  const rebuilt = await floorOf(floor.id)
  assert.equal(rebuilt.headers['x-cache'], 'miss')
  assert.equal(rebuilt.headers['etag'], etag, 'what changed does not show')
  assert.deepEqual(rebuilt.body, first.body, 'byte for byte: the tag is strong')

  await send(as, [{ sensor_id: co2.id, timestamp: at(0), value: 501 }])
  const changed = await floorOf(floor.id, { 'if-none-match': etag })
  assert.equal(changed.status, 200)
  assert.notEqual(changed.headers['etag'], etag)

  const summary = await as('GET', `/api/dashboard/building/${building.id}`)
  assert.match(String(summary.headers['etag']), /^"/)
  const sparks = await as('GET', `/api/dashboard/floor/${floor.id}/sparklines`)
  const again = await as('GET', `/api/dashboard/floor/${floor.id}/sparklines`, undefined, {
    'if-none-match': String(sparks.headers['etag']),
  })
  assert.equal(again.statusCode, 304)
})

test('a floor without sensors and a building without floors are shown empty; what is not there is 404', async () => {
  const { building } = await createSmallBuilding(server)
  const empty = await create(as, '/api/floors', { building_id: building.id, name: 'R', level: 9 })
  assert.deepEqual((await floorOf(empty.id)).body?.sensors, [])
  const bare = await create(as, '/api/buildings', { name: 'bare', timezone: 'UTC' })
  assert.deepEqual((await as('GET', `/api/dashboard/building/${bare.id}`)).json().floors, [])
  const lines = await as('GET', `/api/dashboard/floor/${empty.id}/sparklines`)
  assert.deepEqual(lines.json().sensors, [])

  for (const [path, code] of [
    ['floor/2147483647', 'dashboard_floor_not_found'],
    ['floor/2147483647/sparklines', 'dashboard_floor_not_found'],
    ['building/2147483647', 'dashboard_building_not_found'],
  ] as const) {
    const answer = await as('GET', `/api/dashboard/${path}`)
    assert.deepEqual([answer.statusCode, answer.json<Problem>().code], [404, code])
  }
  await as('DELETE', `/api/floors/${empty.id}`)
  assert.equal((await floorOf(empty.id)).status, 404, 'a floor that was shown and is gone')
})

test('a sensor that fell silent weeks ago shows what it read last, sealed or not, and that it is stale', async () => {
  const { floor, temperature } = await createSmallBuilding(server)
  await send(as, [
    { sensor_id: temperature.id, timestamp: at(2 * minuteMs), value: 20.5 },
    { sensor_id: temperature.id, timestamp: at(minuteMs), value: 21.5 },
  ])
  const timestamp = at(minuteMs)
  for (const days of [0, 3, 20]) {
    clock.nowMs += days * 24 * 60 * minuteMs
    await server.services.readings.sealClosedDays()
    const { latest_value, latest_timestamp, status } = await sensorOf(floor.id, temperature.id)
    assert.deepEqual([latest_value, latest_timestamp, status], [21.5, timestamp, days === 0 ? 'ok' : 'stale'])
  }
  await send(as, [{ sensor_id: temperature.id, timestamp: at(20 * 24 * 60 * minuteMs), value: 19 }])
  assert.equal((await sensorOf(floor.id, temperature.id)).latest_value, 19)
})
