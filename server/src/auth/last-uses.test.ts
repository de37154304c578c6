import assert from 'node:assert/strict'
import test from 'node:test'
import type { NewApiKey, User } from '@plenum/contract'
import { caller, create, createPerson, createSmallBuilding, startTestServer } from '#test'
import { statementsOf } from '../../test/statements.ts'

const server = await startTestServer()
const { as, app, services } = server
const { building } = await createSmallBuilding(server)
const flushAll = () => Promise.all([services.auth.flushLastUses(), services.people.flushLastSeen()])

test('however many people and keys ask, when they were last here costs a statement for each kind', async () => {
  const people = await Promise.all(
    [1, 2, 3].map(() => createPerson(server, { role: 'viewer', buildings: [building.id] })),
  )
  const keys = await Promise.all(people.map((person) => create<NewApiKey>(person.as, '/api/keys', {})))
  const askers = [
    ...people.map((one) => one.as),
    ...keys.map(({ key }) => caller(app, { authorization: `Bearer ${key}` })),
  ]
  const isWrite = (text: string): boolean => text.includes('update')
  const askAll = async () => {
    for (const ask of askers) assert.equal((await ask('GET', `/api/buildings/${building.id}`)).statusCode, 200)
  }
  // The first after a quiet time is written at once.
  await askAll()
  await flushAll()
  const asked = await statementsOf(async () => {
    for (let round = 0; round < 3; round++) await askAll()
  })
  assert.deepEqual(asked.filter(isWrite), [])
  const flushed = await statementsOf(flushAll)
  const tables = flushed.map((text) => /update "(\w+)"/.exec(text)?.[1] ?? text)
  assert.deepEqual(tables.sort(), ['api_key', 'person', 'session'])
  assert.deepEqual(await statementsOf(flushAll), [])
})

test('who looks at a list sees the last use that was a moment ago', async () => {
  const { db } = services.database
  const person = await createPerson(server, { role: 'viewer', buildings: [building.id] })
  const made = await create<NewApiKey>(person.as, '/api/keys', {})
  await flushAll()
  const longAgo = new Date('2020-01-01')
  await db.updateTable('session').set({ last_used_at: longAgo }).where('user_id', '=', person.id).execute()
  await db.updateTable('person').set({ last_seen_at: longAgo }).where('id', '=', person.id).execute()
  await caller(app, { authorization: `Bearer ${made.key}` })('GET', '/api/buildings')

  const { items: sessions } = (await person.as('GET', '/api/auth/sessions')).json<{
    items: { last_used_at: string }[]
  }>()
  assert.ok(sessions[0] && sessions[0].last_used_at > '2021')
  const { items: keys } = (await person.as('GET', '/api/keys')).json<{ items: { last_used_at: string | null }[] }>()
  assert.ok(keys[0]?.last_used_at)
  assert.ok(((await as('GET', `/api/users/${person.id}`)).json<User>().last_seen_at ?? '') > '2021')
  const { items: users } = (await as('GET', '/api/users?limit=1000')).json<{ items: User[] }>()
  assert.ok((users.find(({ id }) => id === person.id)?.last_seen_at ?? '') > '2021')
})
