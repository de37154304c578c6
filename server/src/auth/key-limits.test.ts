import assert from 'node:assert/strict'
import test from 'node:test'
import type { ApiKey, ApiKeyInput, NewApiKey, Problem } from '@plenum/contract'
import { sql } from 'kysely'
import { type Caller, caller, create, createPerson, createSmallBuilding, setRights, startTestServer } from '#test'

const server = await startTestServer()
const { app, as, services } = server
const { db } = services.database
const [here, there] = [await createSmallBuilding(server), await createSmallBuilding(server)]
const newKey = async (by: Caller, input: ApiKeyInput = {}) => {
  const made = await create<NewApiKey>(by, '/api/keys', input)
  return { ...made, as: caller(app, { authorization: `Bearer ${made.key}` }) }
}
const statuses = async (with_: Caller, { building, floor, temperature }: typeof here) => {
  const at = '2026-11-23T10:00:00Z'
  const answers = [
    await with_('GET', `/api/floors/${floor.id}`),
    await with_('POST', '/api/sensors/data', { sensor_id: temperature.id, timestamp: at, value: 20 }),
    await with_('PATCH', `/api/sensors/${temperature.id}`, { name: 'Renamed' }),
    await with_('PATCH', `/api/buildings/${building.id}`, { address: 'x' }),
    await with_('GET', '/api/users'),
  ]
  return answers.map(({ statusCode }) => statusCode)
}

test('a key is for what it was made for', async () => {
  for (const [actions, expected] of [
    [undefined, [200, 200, 200, 200, 200]],
    [['read'], [200, 403, 403, 403, 403]],
    [['ingest'], [403, 200, 403, 403, 403]],
    [
      ['read', 'commission'],
      [200, 403, 200, 403, 403],
    ],
    [['configure'], [403, 403, 403, 200, 403]],
    [['administer'], [403, 403, 403, 403, 200]],
  ] as const) {
    const { as: script } = await newKey(as, actions && { actions: [...actions] })
    assert.deepEqual(await statuses(script, here), expected, String(actions))
  }
})

test('a key that is for one building sees, changes and lists no other', async () => {
  const { as: script, building_ids } = await newKey(as, { building_ids: [here.building.id] })
  assert.deepEqual(building_ids, [here.building.id])
  assert.deepEqual(await statuses(script, here), [200, 200, 200, 200, 403])
  // Not one reading of the batch was of a sensor that it knows: 422.
  assert.deepEqual(await statuses(script, there), [404, 422, 404, 404, 403])
  const { items } = (await script('GET', '/api/buildings')).json<{ items: { id: number }[] }>()
  assert.deepEqual(
    items.map(({ id }) => id),
    [here.building.id],
  )
})

test('a key may no more than its person may at the moment it is used', async () => {
  const rights = { role: 'manager', buildings: [here.building.id] } as const
  const { id, as: manager } = await createPerson(server, rights)
  const { as: script } = await newKey(manager)
  const { as: both } = await newKey(manager, { actions: ['read', 'configure'] })
  assert.deepEqual(await statuses(script, here), [200, 200, 200, 200, 403])

  await setRights(services, id, { ...rights, role: 'technician' })
  services.auth.keys.forget()
  assert.deepEqual(await statuses(script, here), [200, 403, 200, 403, 403])
  assert.deepEqual(await statuses(both, here), [200, 403, 403, 403, 403])

  await setRights(services, id, { ...rights, buildings: [there.building.id] })
  services.auth.keys.forget()
  assert.deepEqual(await statuses(both, here), [404, 403, 403, 404, 403])

  const answer = await as('PATCH', `/api/users/${id}`, { disabled: true })
  assert.equal(answer.statusCode, 200, answer.body)
  assert.deepEqual(await statuses(both, here), [401, 401, 401, 401, 401])
})

test('nobody makes a key for more than they may, or for buildings that they do not see', async () => {
  const { as: technician } = await createPerson(server, { role: 'technician', buildings: [here.building.id] })
  const refused = async (input: ApiKeyInput) => {
    const answer = await technician('POST', '/api/keys', input)
    return [answer.statusCode, answer.json<Problem>().code]
  }
  assert.deepEqual(await refused({ actions: ['read', 'configure'] }), [422, 'key_action_not_yours'])
  assert.deepEqual(await refused({ building_ids: [there.building.id] }), [422, 'key_building_not_found'])
  assert.deepEqual(await refused({ building_ids: [2_147_483_647] }), [422, 'key_building_not_found'])
  await newKey(technician, { actions: ['read', 'commission'], building_ids: [here.building.id] })
})

test('a key for one building that is deleted does not become one for all', async () => {
  const gone = await create(as, '/api/buildings', { name: 'Gone', timezone: 'UTC' })
  const { as: script } = await newKey(as, { building_ids: [gone.id] })
  assert.equal((await script('GET', `/api/buildings/${gone.id}`)).statusCode, 200)
  assert.equal((await as('DELETE', `/api/buildings/${gone.id}`)).statusCode, 204)
  assert.deepEqual((await script('GET', '/api/buildings')).json<{ items: unknown[] }>().items, [])
})

test('a key of a person ends after ninety days unless said, and after two years at the most', async () => {
  const daysOf = ({ expires_at }: ApiKey) => (Date.parse(expires_at ?? '') - Date.now()) / 86_400_000
  const unsaid = await newKey(as, { name: 'unsaid' })
  assert.ok(Math.abs(daysOf(unsaid) - 90) < 0.01)
  assert.ok(Math.abs(daysOf(await newKey(as, { expires_in_days: 730 })) - 730) < 0.01)
  assert.equal((await as('POST', '/api/keys', { expires_in_days: 731 })).statusCode, 400)

  const statusOf = async (left: string) => {
    await sql`update api_key set expires_at = now() + ${left}::interval where id = ${unsaid.id}`.execute(db)
    const { items } = (await as('GET', '/api/keys')).json<{ items: ApiKey[] }>()
    return items.find(({ id }) => id === unsaid.id)?.status
  }
  assert.equal(await statusOf('15 days'), 'active')
  assert.equal(await statusOf('13 days'), 'expiring')
  assert.equal(await statusOf('-1 second'), 'expired')
})
