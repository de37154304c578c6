import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import type { ApiKey, ApiKeyInput, NewApiKey, Problem } from '@plenum/contract'
import { sql } from 'kysely'
import { caller, create, createSmallBuilding, eventually, startTestServer } from '#test'

const server = await startTestServer()
const { app, as, services } = server
const { db } = services.database
const withKey = (key: string) => caller(app, { authorization: `Bearer ${key}` })
const statusOf = async (key: string) => (await withKey(key)('GET', '/api/buildings')).statusCode
const newKey = (input: ApiKeyInput = {}) => create<NewApiKey>(as, '/api/keys', input)

test('a key has 256 bits, is shown once, and stands in the database as a hash only', async () => {
  const { id, key, start } = await newKey({ name: 'once' })
  assert.match(key, /^plenum_[\w-]{43}$/)
  assert.equal(Buffer.from(key.slice('plenum_'.length), 'base64url').length, 32)
  assert.ok(key.startsWith(start) && start.length < 15)
  const others = await Promise.all(Array.from({ length: 20 }, () => newKey()))
  assert.equal(new Set(others.map((one) => one.key)).size, 20)

  const list = await as('GET', '/api/keys')
  assert.ok(!list.body.includes(key))
  assert.equal(list.json<{ items: ApiKey[] }>().items.find((one) => one.id === id)?.start, start)

  const { rows } = await sql<{ hash: Buffer; row: string }>`
    select hash, api_key::text as row from api_key where id = ${id}`.execute(db)
  assert.deepEqual(rows[0]?.hash, createHash('sha256').update(key).digest())
  const secret = key.slice(start.length)
  const dump = await sql<{ all: string }>`
    select string_agg(query_to_xml(format('select * from %I', tablename), true, false, '')::text, '') as all
    from pg_tables where schemaname = 'public'`.execute(db)
  assert.ok(dump.rows[0]?.all.includes(start), 'the dump holds the table')
  assert.ok(!dump.rows[0]?.all.includes(secret))
})

test('a revoked key ends at once, also while it is remembered', async () => {
  const { id, key } = await newKey()
  assert.equal(await statusOf(key), 200)
  assert.equal((await as('DELETE', `/api/keys/${id}`)).statusCode, 204)
  assert.equal(await statusOf(key), 401)
  assert.equal((await as('DELETE', `/api/keys/${id}`)).json<Problem>().code, 'api_key_not_found')

  const { gateway, asGateway } = await createSmallBuilding(server)
  const send = () => asGateway('POST', '/api/sensors/data', { readings: [] })
  assert.equal((await send()).statusCode, 200)
  const [{ id: keyId } = { id: 0 }] = (await as('GET', `/api/gateways/${gateway.id}/keys`)).json<{ items: ApiKey[] }>()
    .items
  assert.equal((await as('DELETE', `/api/gateways/${gateway.id}/keys/${keyId}`)).statusCode, 204)
  assert.equal((await send()).statusCode, 401)
})

test('a key ends when it expires, also while it is remembered', async () => {
  const { id, key, expires_at } = await newKey({ expires_in_days: 1 })
  const days = (Date.parse(expires_at ?? '') - Date.now()) / 86_400_000
  assert.ok(days > 0.99 && days <= 1)
  await sql`update api_key set expires_at = now() + interval '200 ms' where id = ${id}`.execute(db)
  assert.equal(await statusOf(key), 200)
  await eventually(
    () => statusOf(key),
    (status) => status === 401,
    2_000,
  )
})

test('a key of a person reads and configures, but makes and sees no keys of theirs', async () => {
  const asScript = withKey((await newKey()).key)
  assert.equal((await asScript('GET', '/api/buildings')).statusCode, 200)
  assert.equal((await asScript('POST', '/api/buildings', { name: 'x', timezone: 'UTC' })).statusCode, 201)
  for (const method of ['GET', 'POST'] as const) {
    const answer = await asScript(method, '/api/keys', method === 'POST' ? {} : undefined)
    assert.deepEqual([answer.statusCode, answer.json<Problem>().code], [403, 'not_allowed'])
  }
})

test('a key is looked for where it belongs: not under another gateway, not under a person', async () => {
  const [one, two] = [await createSmallBuilding(server), await createSmallBuilding(server)]
  const [{ id } = { id: 0 }] = (await as('GET', `/api/gateways/${one.gateway.id}/keys`)).json<{ items: ApiKey[] }>()
    .items
  assert.equal((await as('DELETE', `/api/gateways/${two.gateway.id}/keys/${id}`)).statusCode, 404)
  assert.equal((await as('DELETE', `/api/keys/${id}`)).statusCode, 404)
  assert.equal((await one.asGateway('POST', '/api/sensors/data', { readings: [] })).statusCode, 200)
})

test('a gateway that is not there has no keys', async () => {
  for (const [method, url] of [
    ['GET', '/api/gateways/2147483647/keys'],
    ['POST', '/api/gateways/2147483647/keys'],
  ] as const) {
    const answer = await as(method, url, method === 'POST' ? {} : undefined)
    assert.deepEqual([answer.statusCode, answer.json<Problem>().code], [404, 'gateway_of_key_not_found'])
  }
})

test('the last use of a key is noted', async () => {
  const { id, key } = await newKey()
  assert.equal(await statusOf(key), 200)
  await eventually(
    async () => (await as('GET', '/api/keys')).json<{ items: ApiKey[] }>().items.find((one) => one.id === id),
    (found) => typeof found?.last_used_at === 'string',
  )
})
