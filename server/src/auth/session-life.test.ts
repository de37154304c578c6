import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import { administrator, caller, startTestServer } from '#test'

// Sessions (S3): when one begins, how long it lives, and what its cookie says.
const { app, services } = await startTestServer()
const { db } = services.database
const secure = await startTestServer({ publicUrl: 'https://plenum.example' })
const path = '/api/auth/sign-in/email'

const signIn = async (cookie = '', at = app) => {
  const answer = await at.inject({ method: 'POST', url: path, payload: administrator, headers: { cookie } })
  assert.equal(answer.statusCode, 200, answer.body)
  const set = [answer.headers['set-cookie']].flat().map(String)
  const session = set.find((one) => one.includes('session_token=')) ?? ''
  return { set, session, cookie: session.split(';')[0] ?? '', as: caller(at, { cookie: session.split(';')[0] ?? '' }) }
}
type SignedIn = Awaited<ReturnType<typeof signIn>>
const isOpen = async ({ as }: Pick<SignedIn, 'as'>): Promise<boolean> => {
  const [{ statusCode }, answer] = [await as('GET', '/api/buildings'), await as('GET', '/api/auth/get-session')]
  assert.equal(answer.json().user !== null, statusCode === 200, 'both say the same')
  return statusCode === 200
}
const age = (change: { created_at?: string; expires_at?: string }) =>
  db
    .updateTable('session')
    .set(Object.fromEntries(Object.entries(change).map(([column, at]) => [column, sql`now() + ${at}::interval`])))
    .execute()
const daysLeft = async (): Promise<number> => {
  const { rows } = await sql<{ days: number }>`
    select extract(epoch from max(expires_at) - now())::float8 / 86400 as days from session`.execute(db)
  return rows[0]?.days ?? 0
}

test('every sign-in is a session of its own; one does not end another elsewhere', async () => {
  const [one, two] = [await signIn(), await signIn()]
  assert.notEqual(one.cookie, two.cookie)
  await one.as('POST', '/api/auth/sign-out')
  assert.deepEqual([await isOpen(one), await isOpen(two)], [false, true])
})

test('whoever signs in over a session gets a new one, and the old one is ended', async () => {
  const planted = await signIn()
  const own = await signIn(planted.cookie)
  assert.notEqual(own.cookie, planted.cookie)
  assert.deepEqual([await isOpen(planted), await isOpen(own)], [false, true])
})

test('a session id that a guest brings along is never used', async () => {
  const brought = 'plenum.session_token=chosenchosenchosenchosenchosench.c2lnbmVk'
  const { cookie, as } = await signIn(brought)
  assert.notEqual(cookie, brought)
  assert.equal(await isOpen({ as }), true)
  assert.equal(await isOpen({ as: caller(app, { cookie: brought }) }), false)
})

test('a wrong password does not end the session there is', async () => {
  const { cookie, as } = await signIn()
  const payload = { ...administrator, password: 'wrong horse battery' }
  const answer = await app.inject({ method: 'POST', url: path, payload, headers: { cookie } })
  assert.deepEqual([answer.statusCode, answer.headers['set-cookie']], [401, undefined])
  assert.equal(await isOpen({ as }), true)
})

test('a session that was not used for a week is over; one that is used goes on, with its cookie', async () => {
  const session = await signIn()
  await age({ expires_at: '5 days' })
  assert.equal((await session.as('GET', '/api/buildings')).statusCode, 200)
  assert.ok((await daysLeft()) < 5.1, 'an answer that carries no cookie prolongs nothing')
  const answer = await session.as('GET', '/api/auth/get-session')
  assert.match(String(answer.headers['set-cookie']), /session_token=.+Max-Age=604800/)
  assert.ok((await daysLeft()) > 6.9)
  await age({ expires_at: '-1 second' })
  assert.equal(await isOpen(session), false)
})

test('a session ends after thirty days, however much it is used', async () => {
  const session = await signIn()
  await age({ created_at: '-29 days', expires_at: '12 hours' })
  assert.equal(await isOpen(session), true)
  const left = await daysLeft()
  assert.ok(left > 0.9 && left < 1.1, `prolonged to the end and no further: ${left}`)
  await age({ created_at: '-30 days', expires_at: '5 days' })
  assert.equal(await isOpen(session), false, 'also where it had been prolonged further')
  await services.auth.dropExpiredSessions()
  assert.deepEqual(await db.selectFrom('session').select('id').execute(), [])
})

test('expired sessions are dropped, others stay', async () => {
  const session = await signIn()
  await sql`
    insert into session (id, user_id, token, expires_at)
    select 'old', id, 'old', now() - interval '1 day' from person`.execute(db)
  await services.auth.dropExpiredSessions()
  assert.deepEqual(await db.selectFrom('session').select('id').where('id', '=', 'old').execute(), [])
  assert.equal(await isOpen(session), true)
})

test('whoever is disabled can not sign in, and is told what a stranger is told', async () => {
  const session = await signIn()
  await db.updateTable('person').set({ disabled_at: sql`now()` }).execute()
  try {
    assert.equal(await isOpen(session), false)
    const count = () => db.selectFrom('session').select('id').execute()
    const before = await count()
    const answer = await app.inject({ method: 'POST', url: path, payload: administrator })
    assert.deepEqual([answer.statusCode, answer.json().code], [401, 'sign_in_failed'])
    assert.equal(answer.headers['set-cookie'], undefined)
    assert.deepEqual(await count(), before)
  } finally {
    await db.updateTable('person').set({ disabled_at: null }).execute()
  }
})

test('what the database keeps of a session opens nothing', async () => {
  const { cookie } = await signIn()
  const [token = '', signature] = decodeURIComponent(cookie.split('=')[1] ?? '').split('.')
  const rows = await db.selectFrom('session').selectAll().execute()
  assert.ok(rows.length > 0 && token.length === 32)
  assert.doesNotMatch(JSON.stringify(rows), new RegExp(token))
  for (const { id, token: kept } of rows) {
    for (const value of [kept, id]) {
      const stolen = `plenum.session_token=${encodeURIComponent(`${value}.${signature}`)}`
      assert.equal(await isOpen({ as: caller(app, { cookie: stolen }) }), false)
    }
  }
})

test('without https cookies are HttpOnly and SameSite', async () => {
  const { set, session } = await signIn()
  assert.match(session, /^plenum\.session_token=/)
  assert.equal(set.length, 2)
  for (const cookie of set) {
    assert.match(cookie, /; HttpOnly/i)
    assert.match(cookie, /; SameSite=(Lax|Strict)/i)
    assert.doesNotMatch(cookie, /; (Secure|Domain)/i)
  }
})

test('behind https they are Secure too, and no other host can have set the session cookie', async () => {
  const { set, session, as, cookie } = await signIn('', secure.app)
  assert.match(session, /^__Host-plenum\.session_token=/)
  assert.match(session, /; Path=\/(;|$)/i)
  assert.match(String(set.find((one) => one !== session)), /^__Secure-plenum\.device_/)
  for (const one of set) {
    for (const flag of [/; HttpOnly/i, /; SameSite=(Lax|Strict)/i, /; Secure/i]) assert.match(one, flag)
    assert.doesNotMatch(one, /; Domain/i)
  }
  assert.equal((await as('GET', '/api/buildings')).statusCode, 200)
  const unprefixed = caller(secure.app, { cookie: cookie.replace('__Host-', '') })
  assert.equal((await unprefixed('GET', '/api/buildings')).statusCode, 401)
  const out = await as('POST', '/api/auth/sign-out')
  assert.match(String(out.headers['set-cookie']), /__Host-plenum\.session_token=;[^,]*Max-Age=0[^,]*; Secure/i)
  const { components } = (await (await signIn('', secure.app)).as('GET', '/api/openapi.json')).json()
  assert.equal(components.securitySchemes.session.name, '__Host-plenum.session_token')
})
