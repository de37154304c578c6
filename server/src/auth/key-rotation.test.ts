import assert from 'node:assert/strict'
import test from 'node:test'
import type { GatewayKey, NewGatewayKey, Problem } from '@plenum/contract'
import { sql } from 'kysely'
import { type Caller, caller, create, createPerson, createSmallBuilding, eventually, startTestServer } from '#test'

const server = await startTestServer()
const { app, as, services, databaseUrl } = server
const { db } = services.database
const withKey = ({ key }: { key: string }, at = app) => caller(at, { authorization: `Bearer ${key}` })
const works = async (with_: Caller) => (await with_('POST', '/api/sensors/data', { readings: [] })).statusCode === 200

const gatewayWithKey = async (input: object = { expires_in_days: 365 }) => {
  const { gateway, building } = await createSmallBuilding(server)
  const path = `/api/gateways/${gateway.id}/keys`
  const old = await create<NewGatewayKey>(as, path, { name: 'East', ...input })
  const rotate = (overlap_hours?: number, id = old.id, by: Caller = as) =>
    by('POST', `${path}/${id}/rotate`, overlap_hours === undefined ? {} : { overlap_hours })
  const listed = async (id: number) =>
    (await as('GET', path)).json<{ items: GatewayKey[] }>().items.find((one) => one.id === id) as GatewayKey
  return { gateway, building, path, old, rotate, listed }
}
const hoursLeft = ({ expires_at }: GatewayKey) => (Date.parse(expires_at ?? '') - Date.now()) / 3_600_000

test('both keys work while they overlap; then the old one ends by itself', async () => {
  const { old, rotate, listed } = await gatewayWithKey()
  const answer = await rotate(2)
  assert.equal(answer.statusCode, 201, answer.body)
  const made = answer.json<NewGatewayKey>()
  assert.deepEqual([made.name, made.replaces, made.replaced_by], ['East', old.id, null])
  assert.ok(Math.abs(hoursLeft(made) - 365 * 24) < 0.1, 'as long a life as the old one was given')
  const before = await listed(old.id)
  assert.equal(before.replaced_by, made.id)
  assert.equal(before.status, 'expiring')
  assert.ok(Math.abs(hoursLeft(before) - 2) < 0.1)
  assert.equal(await works(withKey(old)), true)
  assert.equal(await works(withKey(made)), true)

  await sql`update api_key set expires_at = now() where id = ${old.id}`.execute(db)
  services.auth.keys.forget()
  assert.equal(await works(withKey(old)), false)
  assert.equal(await works(withKey(made)), true)
})

test('without an overlap the old key ends at once here, and within a second elsewhere', async () => {
  const elsewhere = await startTestServer({ databaseUrl })
  const { old, rotate } = await gatewayWithKey()
  assert.equal(await works(withKey(old, elsewhere.app)), true)
  await rotate(0)
  assert.equal(await works(withKey(old)), false)
  await eventually(
    () => works(withKey(old, elsewhere.app)),
    (still) => !still,
    1_500,
  )
})

test('an overlap is a day unless said, and never longer than the key would have lived', async () => {
  const { old, rotate, listed } = await gatewayWithKey({ expires_in_days: 1 })
  await rotate(720)
  assert.equal((await listed(old.id)).expires_at, old.expires_at)
  const forever = await gatewayWithKey({})
  assert.equal(forever.old.expires_at, null)
  const made = (await forever.rotate()).json<NewGatewayKey>()
  assert.equal(made.expires_at, null)
  assert.ok(Math.abs(hoursLeft(await forever.listed(forever.old.id)) - 24) < 0.1)
})

test('of two rotations at once one makes a key', async () => {
  const { old, rotate, path } = await gatewayWithKey()
  const answers = await Promise.all(Array.from({ length: 5 }, () => rotate(1)))
  assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [201, 409, 409, 409, 409])
  const { items } = (await as('GET', path)).json<{ items: GatewayKey[] }>()
  assert.equal(items.filter(({ replaces }) => replaces === old.id).length, 1)
})

test('what has ended or was replaced is not rotated; the one that replaces it is', async () => {
  const { old, rotate } = await gatewayWithKey()
  const made = (await rotate(1)).json<NewGatewayKey>()
  assert.equal((await rotate(1)).json<Problem>().code, 'api_key_replaced')
  assert.equal((await rotate(1, made.id)).statusCode, 201)
  await sql`update api_key set expires_at = now() where id = ${old.id}`.execute(db)
  assert.equal((await rotate(1)).json<Problem>().code, 'api_key_expired')
})

test('a replacement that is revoked can be made anew', async () => {
  const { old, rotate, path, listed } = await gatewayWithKey()
  const made = (await rotate(1)).json<NewGatewayKey>()
  assert.equal((await as('DELETE', `${path}/${made.id}`)).statusCode, 204)
  assert.equal((await listed(old.id)).replaced_by, null)
  assert.equal((await rotate(1)).statusCode, 201)
})

test('who may not configure the building rotates none of its keys', async () => {
  const { old, rotate, building, listed } = await gatewayWithKey()
  const other = await createSmallBuilding(server)
  const elsewhere = await createPerson(server, { role: 'manager', buildings: [other.building.id] })
  const technician = await createPerson(server, { role: 'technician', buildings: [building.id] })
  assert.equal((await rotate(1, old.id, elsewhere.as)).statusCode, 404)
  assert.equal((await rotate(1, old.id, technician.as)).statusCode, 403)
  assert.equal((await rotate(1, old.id, withKey(old))).statusCode, 403)
  assert.equal((await listed(old.id)).replaced_by, null)
})
