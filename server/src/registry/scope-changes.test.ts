import assert from 'node:assert/strict'
import test from 'node:test'
import type { ImportSummary, Problem, Sensor } from '@plenum/contract'
import { type Caller, create, createPerson, createSmallBuilding, setRights, startTestServer } from '#test'

const server = await startTestServer()
const { as, services } = server
const { db } = services.database
const home = await createSmallBuilding(server)
const annex = await createSmallBuilding(server)
const other = await createSmallBuilding(server)
const manager = await createPerson(server, { role: 'manager', buildings: [home.building.id, annex.building.id] })
const technician = await createPerson(server, { role: 'technician', buildings: [home.building.id] })

const header = 'building,floor,level,sensor_key,name,sensor_type'
const importedBy = (who: Caller, lines: string[], query = '') =>
  who('POST', `/api/import/sensors${query}`, [header, ...lines].join('\n'), { 'content-type': 'text/csv' })
const refusals = async (answer: ReturnType<Caller>) => {
  const { statusCode, body } = await answer
  assert.equal(statusCode, 422, body)
  return (JSON.parse(body) as Problem).errors
}
const sensorOf = async (key: string) =>
  db.selectFrom('sensor').selectAll().where('sensor_key', '=', key).executeTakeFirstOrThrow()
const nameOf = ({ key }: { key: string }) => `Building ${key}`

test('a technician makes and changes sensors where they work, and no other thing', async () => {
  const made = await create<Sensor>(technician.as, '/api/sensors', {
    floor_id: home.floor.id,
    sensor_key: 'by/technician',
    name: 'x',
    sensor_type: 'co2',
  })
  const answer = await technician.as('PATCH', `/api/sensors/${made.id}`, { name: 'y', gateway_id: home.gateway.id })
  assert.deepEqual([answer.statusCode, answer.json<Sensor>().name], [200, 'y'])
  const refused: [Parameters<Caller>[0], string, unknown][] = [
    ['DELETE', `/api/sensors/${made.id}?confirm=by/technician`, undefined],
    ['POST', '/api/floors', { building_id: home.building.id, name: 'x', level: 1 }],
    ['PATCH', `/api/floors/${home.floor.id}`, { level: 1 }],
    ['POST', '/api/zones', { floor_id: home.floor.id, name: 'x' }],
    ['POST', '/api/gateways', { building_id: home.building.id, name: 'x' }],
    ['PATCH', `/api/buildings/${home.building.id}`, { name: 'x' }],
  ]
  for (const [method, url, body] of refused) assert.equal((await technician.as(method, url, body)).statusCode, 403, url)
})

test('a role that is changed holds for the next request of the same session', async () => {
  const { id, as: someone } = await createPerson(server, { role: 'viewer', floors: [home.floor.id] })
  const status = async (method: 'GET' | 'PATCH', url: string) =>
    (await someone(method, url, method === 'PATCH' ? {} : undefined)).statusCode
  const [floor, sensor] = [`/api/floors/${home.floor.id}`, `/api/sensors/${home.co2.id}`]
  assert.deepEqual([await status('GET', floor), await status('PATCH', sensor)], [200, 403])
  await setRights(services, id, { role: 'technician', buildings: [home.building.id] })
  assert.deepEqual([await status('GET', floor), await status('PATCH', sensor)], [200, 200])
  await setRights(services, id, { role: 'technician', buildings: [other.building.id] })
  assert.deepEqual([await status('GET', floor), await status('PATCH', sensor)], [404, 404])
})

test('a manager moves things between buildings of theirs, and no further', async () => {
  const url = `/api/sensors/${home.temperature.id}`
  const moved = await manager.as('PATCH', url, { floor_id: annex.floor.id })
  assert.equal(moved.json<Sensor>().building_id, annex.building.id, moved.body)
  const away = await manager.as('PATCH', url, { floor_id: other.floor.id })
  assert.deepEqual([away.statusCode, away.json<Problem>().code], [422, 'parent_unknown'])
  const out = await technician.as('PATCH', url, { floor_id: home.floor.id })
  assert.equal(out.statusCode, 404, 'nor does somebody fetch it from where they have no say')
  assert.equal((await manager.as('PATCH', url, { floor_id: home.floor.id })).statusCode, 200)
})

test('of a sensor_key that is taken elsewhere nothing more is told', async () => {
  const taken = `${other.key}/co2`
  const input = { floor_id: home.floor.id, sensor_key: taken, name: 'x', sensor_type: 'co2' }
  const answers = [
    await manager.as('POST', '/api/sensors', input),
    await manager.as('PATCH', `/api/sensors/${home.co2.id}`, { sensor_key: taken }),
    await technician.as('PATCH', `/api/sensors/${home.co2.id}`, { sensor_key: taken }),
  ]
  for (const answer of answers) {
    const { request_id, ...problem } = answer.json<Problem>()
    assert.ok(request_id)
    assert.deepEqual(problem, {
      type: 'about:blank#sensor_key_taken',
      title: 'The sensor key is taken',
      status: 409,
      code: 'sensor_key_taken',
      detail: 'Another sensor has that sensor_key.',
      errors: [{ path: 'sensor_key', detail: 'is taken' }],
    })
  }
})

test('a CSV of a manager goes into their buildings; others are refused line by line, whether they exist or not', async () => {
  const lines = [
    `${nameOf(home)},3F,3,${home.key}/new,x,co2`,
    `${nameOf(other)},3F,3,csv/1,x,co2`,
    'No such building,3F,3,csv/2,x,co2',
  ]
  for (const query of ['', '?dry_run=true']) {
    const errors = await refusals(importedBy(manager.as, lines, query))
    const detail = (name: string) => `you have no building "${name}" to import into; only administrators add buildings`
    assert.deepEqual(errors, [
      { path: 'line 3', detail: detail(nameOf(other)) },
      { path: 'line 4', detail: detail('No such building') },
    ])
  }
  assert.equal((await importedBy(technician.as, lines.slice(0, 1))).statusCode, 403)
  const imported = await importedBy(manager.as, lines.slice(0, 1))
  assert.deepEqual(imported.json<ImportSummary>().created, { buildings: 0, floors: 0, zones: 0, sensors: 1 })
  const byAdministrator = await importedBy(as, lines.slice(1))
  assert.equal(byAdministrator.json<ImportSummary>().created.buildings, 1, byAdministrator.body)
})

test('a CSV moves sensors between buildings of theirs, and none out of a building of others', async () => {
  const before = await sensorOf(`${other.key}/co2`)
  const line = (key: string) => `${nameOf(home)},3F,3,${key},stolen,co2`
  for (const query of ['', '?dry_run=true']) {
    const errors = await refusals(importedBy(manager.as, [line(`${annex.key}/co2`), line(before.sensor_key)], query))
    assert.deepEqual(errors, [{ path: 'line 3', detail: 'sensor_key is taken' }])
  }
  assert.deepEqual(await sensorOf(before.sensor_key), before)
  const moved = await importedBy(manager.as, [line(`${annex.key}/co2`)])
  assert.equal(moved.json<ImportSummary>().updated.sensors, 1, moved.body)
  assert.equal((await sensorOf(`${annex.key}/co2`)).building_id, home.building.id)
})

test('a name that a building of others has too means the one in scope', async () => {
  await create(as, '/api/buildings', { name: nameOf(home), timezone: 'UTC' })
  const line = `${nameOf(home)},3F,3,${home.key}/twin,x,co2`
  assert.match((await refusals(importedBy(as, [line])))?.[0]?.detail ?? '', /several buildings are named/)
  assert.equal((await importedBy(manager.as, [line])).statusCode, 200)
  assert.equal((await sensorOf(`${home.key}/twin`)).building_id, home.building.id)
})
