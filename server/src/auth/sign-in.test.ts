import assert from 'node:assert/strict'
import test from 'node:test'
import { bySystem } from '#audit'
import { administrator, caller, startTestServer } from '#test'
import { generatePassword } from './sign-in.ts'

const { app, services } = await startTestServer()
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
    await services.people.administrators.setPassword('nobody@example.com', 'x'.repeat(12), bySystem('test')),
    null,
  )
  assert.equal((await as('GET', '/api/buildings')).statusCode, 200)
  assert.equal(
    await services.people.administrators.setPassword(administrator.email, administrator.password, bySystem('test')),
    administrator.email,
  )
  assert.equal((await as('GET', '/api/buildings')).statusCode, 401)
  assert.equal((await attempt(administrator)).statusCode, 200)
})

test('a generated password has four groups of letters that are not mistaken for each other', () => {
  const passwords = Array.from({ length: 200 }, generatePassword)
  assert.equal(new Set(passwords).size, 200)
  for (const password of passwords) assert.match(password, /^([a-km-np-z2-9]{6}-){3}[a-km-np-z2-9]{6}$/)
})
