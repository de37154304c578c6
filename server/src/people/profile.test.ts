import assert from 'node:assert/strict'
import test from 'node:test'
import type { OwnSession, Problem, Profile } from '@plenum/contract'
import { sql } from 'kysely'
import { createPerson, createSmallBuilding, eventually, startTestServer, withKey } from '#test'
import { attempt, password, withCookies } from '../../test/people.ts'

const server = await startTestServer()
const { app, services } = server
const { db } = services.database
const { building } = await createSmallBuilding(server)
const newPerson = () => createPerson(server, { role: 'viewer', buildings: [building.id] })
const sessionsOf = async (as: Awaited<ReturnType<typeof newPerson>>['as']) =>
  (await as('GET', '/api/auth/sessions')).json<{ items: OwnSession[] }>().items

test('a profile is what its owner says, on every device', async () => {
  const person = await newPerson()
  const { locale, time_zone, theme, units } = (await person.as('GET', '/api/profile')).json<Profile>()
  assert.deepEqual({ locale, time_zone, theme, units }, { locale: null, time_zone: null, theme: 'auto', units: 'auto' })
  const wanted = { name: '森', locale: 'ja', time_zone: 'Asia/Tokyo', theme: 'dark', units: 'imperial' }
  const answer = await person.as('PATCH', '/api/profile', wanted)
  assert.equal(answer.statusCode, 200, answer.body)
  const elsewhere = await attempt(server, person)
  const { name, ...rest } = elsewhere.json().user
  assert.deepEqual(
    { name, locale: rest.locale, time_zone: rest.time_zone, theme: rest.theme, units: rest.units },
    wanted,
  )
  const session = await withCookies(server, elsewhere)('GET', '/api/auth/get-session')
  assert.equal(session.json().user.locale, 'ja')
  assert.equal((await person.as('PATCH', '/api/profile', { locale: null, time_zone: null })).json().time_zone, null)
})

test('nobody gives themselves a role, and nothing undocumented is taken (S2)', async () => {
  const { as } = await newPerson()
  for (const field of ['role', 'scope', 'email', 'sees_presence', 'disabled', 'id', 'created_at', 'places'])
    assert.equal((await as('PATCH', '/api/profile', { [field]: 'administrator' })).statusCode, 400, field)
  for (const bad of [{ locale: 'de' }, { time_zone: 'CET' }, { theme: 'pink' }, { units: 1 }, { name: '' }])
    assert.equal((await as('PATCH', '/api/profile', bad)).statusCode, 400, JSON.stringify(bad))
})

test('a key is not for the profile of its owner', async () => {
  const person = await newPerson()
  const script = await withKey(app, person.as)
  for (const url of ['/api/profile', '/api/auth/sessions']) assert.equal((await script('GET', url)).statusCode, 403)
})

test('a new password needs the old one, and ends the other sessions', async () => {
  const person = await newPerson()
  const other = withCookies(server, await attempt(server, person))
  const change = (current_password: string, new_password: string) =>
    person.as('POST', '/api/profile/password', { current_password, new_password })
  assert.equal((await change('not the password', password)).json<Problem>().code, 'current_password_wrong')
  assert.equal((await change(person.password, 'qwertyuiop')).json<Problem>().code, 'password_common')
  assert.equal((await change(person.password, person.email)).json<Problem>().code, 'password_is_email')
  assert.equal((await other('GET', '/api/profile')).statusCode, 200)
  assert.equal((await change(person.password, password)).statusCode, 204)
  assert.equal((await person.as('GET', '/api/profile')).statusCode, 200)
  assert.equal((await other('GET', '/api/profile')).statusCode, 401)
  assert.equal((await attempt(server, person)).statusCode, 401)
  assert.equal((await attempt(server, { ...person, password })).statusCode, 200)
})

test('who found an open session finds no password out by trying', async () => {
  const person = await newPerson()
  const statuses: number[] = []
  for (let i = 0; i < 12; i++) {
    const guess = { current_password: `guess ${i}`, new_password: password }
    statuses.push((await person.as('POST', '/api/profile/password', guess)).statusCode)
  }
  assert.deepEqual(statuses, [...Array.from({ length: 10 }, () => 422), 429, 429])
  assert.equal((await attempt(server, person)).statusCode, 200, 'the owner still signs in')
})

test('own sessions are listed without their tokens, and end one by one or all others', async () => {
  const person = await newPerson()
  const others = [await attempt(server, person), await attempt(server, person), await attempt(server, person)]
  const [first, second, third] = others.map((answer) => withCookies(server, answer))
  assert.ok(first && second && third)
  const list = await sessionsOf(person.as)
  assert.equal(list.length, 4)
  assert.deepEqual(list.map(({ current }) => current).filter(Boolean), [true], 'one is this one')
  assert.ok(list.every(({ address, user_agent }) => address && user_agent))
  const { body } = await person.as('GET', '/api/auth/sessions')
  const tokens = await db.selectFrom('session').select('token').execute()
  for (const { token } of tokens) assert.ok(!body.includes(token))

  const ofFirst = (await sessionsOf(first)).find(({ current }) => current)
  assert.equal((await person.as('DELETE', `/api/auth/sessions/${ofFirst?.id}`)).statusCode, 204)
  assert.equal((await first('GET', '/api/profile')).statusCode, 401)
  assert.equal((await second('GET', '/api/profile')).statusCode, 200)
  assert.equal((await person.as('DELETE', '/api/auth/sessions')).statusCode, 204)
  for (const ended of [second, third]) assert.equal((await ended('GET', '/api/profile')).statusCode, 401)
  assert.equal((await sessionsOf(person.as)).length, 1)
})

test('nobody ends the session of somebody else', async () => {
  const [one, two] = [await newPerson(), await newPerson()]
  const [session] = await sessionsOf(one.as)
  const answer = await two.as('DELETE', `/api/auth/sessions/${session?.id}`)
  assert.deepEqual([answer.statusCode, answer.json<Problem>().code], [404, 'session_not_found'])
  assert.equal((await one.as('GET', '/api/profile')).statusCode, 200)
})

test('a session says when it was last used', async () => {
  const person = await newPerson()
  await sql`update session set last_used_at = '2020-01-01' where user_id = ${person.id}`.execute(db)
  await person.as('GET', '/api/profile')
  await eventually(
    async () => (await sessionsOf(person.as))[0]?.last_used_at ?? '',
    (at) => at > '2021',
  )
})
