import assert from 'node:assert/strict'
import test from 'node:test'
import type { Floor, Problem, Sensor, Zone } from '@plenum/contract'
import { create, createSmallBuilding, send, startTestServer } from '#test'

const server = await startTestServer()
const { as } = server
const home = await createSmallBuilding(server)

const refused = async (answer: ReturnType<typeof as>, status: number, code: string): Promise<Problem> => {
  const { statusCode, headers, body } = await answer
  assert.equal(statusCode, status, body)
  assert.match(String(headers['content-type']), /^application\/problem\+json/)
  const problem = JSON.parse(body) as Problem
  assert.equal(problem.code, code, body)
  assert.equal(problem.status, status)
  return problem
}
const patched = async <T>(path: string, patch: unknown): Promise<T> => {
  const answer = await as('PATCH', path, patch)
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json<T>()
}

test('of many who create the same at once one wins, and the others are told', async () => {
  const twins: [string, object, string][] = [
    ['/api/floors', { building_id: home.building.id, name: 'twin', level: 1 }, 'name_taken'],
    ['/api/zones', { floor_id: home.floor.id, name: 'twin' }, 'name_taken'],
    ['/api/gateways', { building_id: home.building.id, name: 'twin' }, 'name_taken'],
    [
      '/api/sensors',
      { floor_id: home.floor.id, sensor_key: 'twin', name: 'x', sensor_type: 'co2' },
      'sensor_key_taken',
    ],
  ]
  for (const [path, input, code] of twins) {
    const answers = await Promise.all(Array.from({ length: 8 }, () => as('POST', path, input)))
    assert.deepEqual(answers.map((answer) => answer.statusCode).sort(), [201, ...Array(7).fill(409)])
    for (const answer of answers) if (answer.statusCode === 409) assert.equal(answer.json<Problem>().code, code)
  }
  await refused(as('PATCH', `/api/sensors/${home.co2.id}`, { sensor_key: 'twin' }), 409, 'sensor_key_taken')
})

test('what should belong to nothing, or to something elsewhere, is refused with the field that is wrong', async () => {
  const nowhere = 2_000_000_000
  const other = await createSmallBuilding(server)
  const zone = await create<Zone>(as, '/api/zones', { floor_id: other.floor.id, name: 'Z' })
  const sensor = { floor_id: home.floor.id, sensor_key: 'elsewhere', name: 'x', sensor_type: 'co2' }
  const cases: [string, object, string, string][] = [
    ['/api/floors', { building_id: nowhere, name: 'x', level: 1 }, 'parent_unknown', 'building_id'],
    ['/api/gateways', { building_id: nowhere, name: 'x' }, 'parent_unknown', 'building_id'],
    ['/api/zones', { floor_id: nowhere, name: 'x' }, 'parent_unknown', 'floor_id'],
    ['/api/sensors', { ...sensor, floor_id: nowhere }, 'parent_unknown', 'floor_id'],
    ['/api/sensors', { ...sensor, zone_id: zone.id }, 'parent_elsewhere', 'zone_id'],
    ['/api/sensors', { ...sensor, zone_id: nowhere }, 'parent_elsewhere', 'zone_id'],
    ['/api/sensors', { ...sensor, gateway_id: other.gateway.id }, 'parent_elsewhere', 'gateway_id'],
  ]
  for (const [path, input, code, field] of cases) {
    const problem = await refused(as('POST', path, input), 422, code)
    assert.equal(problem.errors?.[0]?.path, field)
  }
  await refused(as('PATCH', `/api/sensors/${home.co2.id}`, { floor_id: nowhere }), 422, 'parent_unknown')
  await refused(as('PATCH', `/api/floors/${home.floor.id}`, { building_id: nowhere }), 422, 'parent_unknown')
})

test('a sensor moves to another floor or building once its zone and gateway fit or are cleared in the same patch', async () => {
  const other = await createSmallBuilding(server)
  const zone = await create<Zone>(as, '/api/zones', { floor_id: home.floor.id, name: 'from here' })
  const sensor = `/api/sensors/${home.temperature.id}`
  await patched(sensor, { zone_id: zone.id, gateway_id: home.gateway.id })
  await send(as, [{ sensor_id: home.temperature.id, timestamp: '2026-11-23T10:00:00Z', value: 21 }])

  const upstairs = await create<Floor>(as, '/api/floors', { building_id: home.building.id, name: '4F', level: 4 })
  const stuck = await refused(as('PATCH', sensor, { floor_id: upstairs.id }), 422, 'parent_elsewhere')
  assert.equal(stuck.errors?.[0]?.path, 'zone_id')
  const moved = await patched<Sensor>(sensor, { floor_id: upstairs.id, zone_id: null })
  assert.deepEqual([moved.floor_id, moved.zone_id, moved.gateway_id], [upstairs.id, null, home.gateway.id])

  const away = await refused(as('PATCH', sensor, { floor_id: other.floor.id }), 422, 'parent_elsewhere')
  assert.equal(away.errors?.[0]?.path, 'gateway_id')
  const gone = await patched<Sensor>(sensor, { floor_id: other.floor.id, gateway_id: other.gateway.id })
  assert.deepEqual([gone.floor_id, gone.building_id], [other.floor.id, other.building.id])
  const { sensors } = (await as('GET', `/api/dashboard/floor/${other.floor.id}`)).json()
  const shown = sensors.find((one: { sensor_id: number }) => one.sensor_id === home.temperature.id)
  assert.equal(shown.latest_value, 21, 'it keeps its readings')
})

test('a zone, gateway or floor can not be moved away under its sensors', async () => {
  const from = await createSmallBuilding(server)
  const to = await createSmallBuilding(server)
  const zone = await create<Zone>(as, '/api/zones', { floor_id: from.floor.id, name: 'Z' })
  await patched(`/api/sensors/${from.co2.id}`, { zone_id: zone.id, gateway_id: from.gateway.id })
  await patched(`/api/floors/${to.floor.id}`, { name: 'other floor' })
  await patched(`/api/gateways/${to.gateway.id}`, { name: 'other gateway' })
  const children = 'moved_with_children'
  await refused(as('PATCH', `/api/zones/${zone.id}`, { floor_id: to.floor.id }), 409, children)
  await refused(as('PATCH', `/api/gateways/${from.gateway.id}`, { building_id: to.building.id }), 409, children)
  await refused(as('PATCH', `/api/floors/${from.floor.id}`, { building_id: to.building.id }), 409, children)

  await patched(`/api/sensors/${from.co2.id}`, { gateway_id: null })
  await patched(`/api/floors/${from.floor.id}`, { building_id: to.building.id })
  const sensor = (await as('GET', `/api/sensors/${from.co2.id}`)).json<Sensor>()
  assert.deepEqual([sensor.building_id, sensor.zone_id], [to.building.id, zone.id], 'sensors follow their floor')
})

test('what has children is not deleted; sensors outlive their zone and gateway; keys do not', async () => {
  const { building, floor, gateway, co2, temperature, key, asGateway } = await createSmallBuilding(server)
  const zone = await create<Zone>(as, '/api/zones', { floor_id: floor.id, name: 'Z' })
  await patched(`/api/sensors/${co2.id}`, { zone_id: zone.id, gateway_id: gateway.id })
  await refused(as('DELETE', `/api/buildings/${building.id}`), 409, 'still_in_use')
  await refused(as('DELETE', `/api/floors/${floor.id}`), 409, 'still_in_use')

  assert.equal((await as('DELETE', `/api/zones/${zone.id}`)).statusCode, 204)
  assert.equal((await as('DELETE', `/api/gateways/${gateway.id}`)).statusCode, 204)
  const orphan = (await as('GET', `/api/sensors/${co2.id}`)).json<Sensor>()
  assert.deepEqual([orphan.zone_id, orphan.gateway_id, orphan.floor_id], [null, null, floor.id])
  await refused(asGateway('POST', '/api/sensors/data', {}), 401, 'api_key_invalid')

  await refused(as('DELETE', `/api/sensors/${co2.id}`), 422, 'deletion_not_confirmed')
  await refused(as('DELETE', `/api/sensors/${co2.id}?confirm=other`), 422, 'deletion_not_confirmed')
  await send(as, [{ sensor_id: co2.id, timestamp: '2026-11-23T10:00:00Z', value: 500 }])
  for (const [id, name] of [
    [co2.id, 'co2'],
    [temperature.id, 'temperature'],
  ] as const) {
    assert.equal((await as('DELETE', `/api/sensors/${id}?confirm=${key}/${name}`)).statusCode, 204)
  }
  const { db } = server.services.database
  const rows = await db.selectFrom('reading').select('sensor_id').where('sensor_id', '=', co2.id).execute()
  assert.deepEqual(rows, [], 'its readings went with it')
  assert.equal((await as('DELETE', `/api/floors/${floor.id}`)).statusCode, 204)
  assert.equal((await as('DELETE', `/api/buildings/${building.id}`)).statusCode, 204)
})
