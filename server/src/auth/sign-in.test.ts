import assert from 'node:assert/strict'
import test from 'node:test'
import type { NewApiKey, Problem } from '@plenum/contract'
import { sql } from 'kysely'
import { bySystem } from '#audit'
import { administrator, caller, create, createSmallBuilding, startTestServer } from '#test'
import { generatePassword } from './sign-in.ts'

const server = await startTestServer()
const { app, services, logged } = server
const { db } = services.database
const path = '/api/auth/sign-in/email'

let addresses = 0
/** From an address of its own, so that no test uses up the attempts of another. */
const attempt = (person: object, remoteAddress = `10.0.0.${++addresses}`, headers: Record<string, string> = {}) =>
  app.inject({ method: 'POST', url: path, payload: person, remoteAddress, headers })
const signedIn = async () => {
  const answer = await attempt(administrator)
  assert.equal(answer.statusCode, 200, answer.body)
  const [cookie = ''] = [answer.headers['set-cookie']].flat()
  return { answer, cookie, as: caller(app, { cookie: cookie.split(';')[0] ?? '' }) }
}

test('signing in sets a cookie that scripts can not read and other sites can not send', async () => {
  const { answer, cookie, as } = await signedIn()
  assert.deepEqual(Object.keys(answer.json()), ['user'], 'the token stands in the cookie only')
  assert.deepEqual(answer.json().user.email, administrator.email)
  assert.match(cookie, /^plenum\.session_token=/)
  assert.match(cookie, /; HttpOnly/i)
  assert.match(cookie, /; SameSite=Lax/i)
  assert.match(cookie, /; Path=\/(;|$)/i)
  assert.equal(answer.headers['cache-control'], 'no-store')
  assert.equal((await as('GET', '/api/auth/get-session')).json().user.email, administrator.email)
})

test('every sign-in is a session of its own', async () => {
  const [one, two] = [await signedIn(), await signedIn()]
  assert.notEqual(one.cookie, two.cookie)
  await one.as('POST', '/api/auth/sign-out')
  assert.equal((await two.as('GET', '/api/buildings')).statusCode, 200)
})

test('signing out ends the session itself, not only its cookie', async () => {
  const { as } = await signedIn()
  assert.equal((await as('GET', '/api/buildings')).statusCode, 200)
  const out = await as('POST', '/api/auth/sign-out')
  assert.deepEqual([out.statusCode, out.json()], [200, { success: true }])
  assert.match(String(out.headers['set-cookie']), /session_token=;.*Max-Age=0/i)
  assert.equal((await as('GET', '/api/buildings')).statusCode, 401)
  assert.equal((await as('GET', '/api/auth/get-session')).json().user, null)
  for (const cookie of ['', 'plenum.session_token=garbage', 'plenum.session_token=%E0%A4%A']) {
    assert.equal((await caller(app, { cookie })('POST', '/api/auth/sign-out')).statusCode, 200, 'nothing to end')
  }
})

test('an expired session opens nothing', async () => {
  const { as } = await signedIn()
  await sql`update session set expires_at = now() - interval '1 second' where created_at = (select max(created_at) from session)`.execute(
    db,
  )
  assert.equal((await as('GET', '/api/buildings')).statusCode, 401)
  assert.equal((await as('GET', '/api/auth/get-session')).json().user, null)
})

test('a session in use is prolonged together with its cookie', async () => {
  const { as } = await signedIn()
  await sql`update session set expires_at = now() + interval '5 days'`.execute(db)
  const left = async () => {
    const { rows } = await sql<{ days: number }>`
      select extract(epoch from max(expires_at) - now())::float8 / 86400 as days from session`.execute(db)
    return rows[0]?.days ?? 0
  }
  assert.equal((await as('GET', '/api/buildings')).statusCode, 200)
  assert.ok((await left()) < 5.1, 'an answer that carries no cookie prolongs nothing')
  const answer = await as('GET', '/api/auth/get-session')
  assert.match(String(answer.headers['set-cookie']), /session_token=.+Max-Age=604800/)
  assert.ok((await left()) > 6.9)
})

test('a wrong password and an unknown e-mail get the same answer in the same time', async () => {
  const wrong = { ...administrator, password: 'wrong horse battery' }
  const unknown = { email: 'nobody@example.com', password: 'wrong horse battery' }
  const took = { wrong: [] as number[], unknown: [] as number[] }
  const bodies = new Set<string>()
  for (let i = 0; i < 7; i++) {
    for (const [kind, person] of [['wrong', wrong] as const, ['unknown', unknown] as const]) {
      const startedMs = performance.now()
      const answer = await attempt(person)
      took[kind].push(performance.now() - startedMs)
      assert.equal(answer.statusCode, 401)
      const { request_id, ...problem } = answer.json<Problem>()
      assert.ok(request_id)
      assert.equal(problem.code, 'sign_in_failed')
      assert.equal(answer.headers['set-cookie'], undefined)
      bodies.add(JSON.stringify(problem))
    }
  }
  assert.equal(bodies.size, 1)
  // The fastest of each: what else the machine does can only make one slower.
  const ratio = Math.min(...took.wrong) / Math.min(...took.unknown)
  assert.ok(ratio > 0.6 && ratio < 1.6, `${ratio}: ${JSON.stringify(took)}`)
})

test('what is no sign-in is refused, never an error of ours', async () => {
  const odd: [object, number][] = [
    [{ email: administrator.email }, 400],
    [{ ...administrator, role: 'admin' }, 400],
    [{ ...administrator, password: 12 }, 400],
    [{ ...administrator, password: 'x'.repeat(129) }, 400],
    [{ ...administrator, email: 'no address' }, 401],
    [{ ...administrator, email: 'a\u0000@example.com' }, 401],
    [{ ...administrator, password: 'a\u0000\ud800' }, 401],
    [{ ...administrator, email: "' or 1=1 --@example.com" }, 401],
  ]
  for (const [body, status] of odd) assert.equal((await attempt(body)).statusCode, status, JSON.stringify(body))
  assert.equal((await attempt({ ...administrator, email: 'ADMIN@example.com' })).statusCode, 200, 'any case is theirs')
})

test('a guesser is stopped whatever addresses he makes up, and the owner still gets in (S4)', async () => {
  const guesser = '203.0.113.5'
  const statuses: number[] = []
  for (let i = 0; i < 200; i++) {
    // Not an address, so that it is refused before the costly hash; attempts count all the same.
    const person = { email: 'nobody@', password: String(i) }
    const headers = { 'x-forwarded-for': `198.51.100.${i}`, 'x-plenum-client-address': `198.51.100.${i}` }
    statuses.push((await attempt(person, guesser, headers)).statusCode)
  }
  assert.equal(statuses.filter((status) => status === 401).length, 60)
  assert.equal(statuses.filter((status) => status === 429).length, 140)
  const refused = await attempt(administrator, guesser)
  assert.equal(refused.json<Problem>().code, 'too_many_attempts')
  assert.ok(Number(refused.headers['retry-after']) > 0)
  assert.equal((await attempt(administrator)).statusCode, 200)
})

test('asking who is signed in is not throttled: an office has one address', async () => {
  for (let i = 0; i < 400; i++) {
    assert.equal((await app.inject({ url: '/api/auth/get-session', remoteAddress: '10.9.9.9' })).statusCode, 200)
  }
})

test('none of the other routes of the sign-in library is open', async () => {
  for (const url of ['sign-up/email', 'list-sessions', 'update-user', 'change-password', 'ok', 'error']) {
    for (const method of ['GET', 'POST'] as const) {
      assert.equal((await app.inject({ method, url: `/api/auth/${url}` })).statusCode, 404, url)
    }
  }
})

test('a new password ends all sessions of the person', async () => {
  const { as } = await signedIn()
  assert.equal(
    await services.auth.administrators.setPassword('nobody@example.com', 'x'.repeat(12), bySystem('test')),
    null,
  )
  assert.equal((await as('GET', '/api/buildings')).statusCode, 200)
  assert.equal(
    await services.auth.administrators.setPassword(administrator.email, administrator.password, bySystem('test')),
    administrator.email,
  )
  assert.equal((await as('GET', '/api/buildings')).statusCode, 401)
  assert.equal((await attempt(administrator)).statusCode, 200)
})

test('expired sessions are dropped, others stay', async () => {
  const { as } = await signedIn()
  await sql`
    insert into session (id, user_id, token, expires_at)
    select 'old', id, 'old', now() - interval '1 day' from person`.execute(db)
  await services.auth.dropExpiredSessions()
  assert.deepEqual(await db.selectFrom('session').select('id').where('id', '=', 'old').execute(), [])
  assert.equal((await as('GET', '/api/buildings')).statusCode, 200)
})

test('no password, cookie or key is ever in the log, not even when a request fails', async () => {
  const { as, cookie } = await signedIn()
  const small = await createSmallBuilding({ ...server, as })
  const { key } = await create<NewApiKey>(as, '/api/keys', {})
  const script = caller(app, { authorization: `Bearer ${key}` })
  await script('GET', '/api/buildings')
  await script('GET', `/api/buildings?key=${key}`)
  await caller(app, { authorization: `Basic ${key}` })('GET', '/api/buildings')
  await attempt({ ...administrator, password: 'mistyped horse battery' })
  await attempt({ ...administrator, extra: administrator.password })
  await as('POST', '/api/keys', { name: administrator.password, expires_in_days: -1 })
  await as('POST', '/api/auth/sign-out')
  const tokens = await db.selectFrom('session').select('token').execute()
  const hashes = await db.selectFrom('credential').select('password').execute()
  const secrets = [
    administrator.password,
    'mistyped horse battery',
    key,
    small.apiKey,
    decodeURIComponent(cookie.split(/[=;]/)[1] ?? '').split('.')[0] ?? '',
    ...tokens.map(({ token }) => token),
    ...hashes.map(({ password }) => password ?? ''),
  ]
  const log = logged.join('\n')
  assert.ok(log.includes('"route":"/api/keys"'), 'requests are logged')
  for (const secret of secrets) {
    assert.ok(secret.length > 10)
    assert.ok(!log.includes(secret), `${secret} is in the log`)
  }
})

test('a generated password has four groups of letters that are not mistaken for each other', () => {
  const passwords = Array.from({ length: 200 }, generatePassword)
  assert.equal(new Set(passwords).size, 200)
  for (const password of passwords) assert.match(password, /^([a-km-np-z2-9]{6}-){3}[a-km-np-z2-9]{6}$/)
})
