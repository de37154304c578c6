import assert from 'node:assert/strict'
import test from 'node:test'
import type { Problem } from '@plenum/contract'
import { administrator, startTestServer } from '#test'
import { createSignIn } from './sign-in.ts'

// Guessing passwords (S4).
const server = await startTestServer()
const { databaseUrl } = server
const second = await startTestServer({ databaseUrl })
const behindProxy = await startTestServer({ databaseUrl, trustedProxies: ['10.7.0.0/16'] })
const { db } = server.services.database
const wrong = { ...administrator, password: 'wrong horse battery' }

const attempt = (payload: object, remoteAddress: string, headers: Record<string, string> = {}, at = server) =>
  at.app.inject({ method: 'POST', url: '/api/auth/sign-in/email', payload, remoteAddress, headers })
const forged = (i: number) => {
  const address = `198.51.${i >> 8}.${i & 255}`
  return {
    'x-forwarded-for': address,
    forwarded: `for=${address}`,
    'x-real-ip': address,
    'x-plenum-client-address': address,
  }
}
const countOf = (statuses: number[], status: number) => statuses.filter((one) => one === status).length
/** Counters, and what instances remember of them. */
const forget = async (): Promise<void> => {
  await db.deleteFrom('throttle_count').execute()
  for (const { clock } of [server, second, behindProxy]) clock.nowMs += 60_000
}
/** What others have tried at an account, without the costly hashes. */
const guessedAt = async (account: string, tries: number, at = server): Promise<void> => {
  const { throttle } = at.services.auth
  for (let i = 0; i < tries; i++)
    await throttle.attempt({ kind: 'sign_in', account, address: `192.0.${i >> 8}.${i & 255}` })
}
const devicesOf = (answer: Awaited<ReturnType<typeof attempt>>): string =>
  [answer.headers['set-cookie']]
    .flat()
    .map((one) => String(one).split(';')[0] ?? '')
    .filter((one) => one.includes('device_'))
    .join('; ')

test('1,000 wrong sign-ins with made-up X-Forwarded-For, on two instances: ten are tried, the owner gets in', async () => {
  const known = await attempt(administrator, '203.0.113.80')
  const statuses: number[] = []
  for (let i = 0; i < 1_000; i++)
    statuses.push((await attempt(wrong, '203.0.113.5', forged(i), i % 2 ? second : server)).statusCode)
  assert.deepEqual([countOf(statuses, 401), countOf(statuses, 429)], [10, 990])

  const refused = await attempt(administrator, '203.0.113.5', forged(1))
  assert.equal(refused.json<Problem>().code, 'too_many_attempts')
  assert.ok(Number(refused.headers['retry-after']) > 0)
  assert.equal((await attempt(administrator, '203.0.113.6')).statusCode, 200, 'the owner elsewhere')
  const device = await attempt(administrator, '203.0.113.5', { cookie: devicesOf(known) })
  assert.equal(device.statusCode, 200, 'the owner in the office of the guesser')
  const rows = await db.selectFrom('throttle_count').selectAll().execute()
  assert.ok(rows.length <= 10, `${rows.length} rows`)
})

test('a thousand addresses that guess at one account keep out strangers, not its owner', async () => {
  await forget()
  const cookie = devicesOf(await attempt(administrator, '203.0.113.90'))
  const statuses: number[] = []
  await guessedAt(administrator.email, 90)
  for (let i = 0; i < 300; i++) statuses.push((await attempt(wrong, `192.0.${i >> 8}.${i & 255}`)).statusCode)
  assert.deepEqual([countOf(statuses, 401), countOf(statuses, 429)], [10, 290])
  assert.equal((await attempt(administrator, '203.0.113.91')).statusCode, 429, 'a device that nobody knows')
  const owner = await attempt(administrator, '203.0.113.91', { cookie })
  assert.equal(owner.statusCode, 200)
  assert.equal((await attempt(administrator, '203.0.113.92', { cookie: devicesOf(owner) }, second)).statusCode, 200)
})

test('the cookie of a device counts for its account only, and not when it is made up', async () => {
  const none = devicesOf(await attempt(administrator, '203.0.113.93', { cookie: '' }, second))
  assert.equal(none, '', 'still refused without one')
  await forget()
  const other = await startTestServer()
  const real = devicesOf(await attempt(administrator, '203.0.113.94', {}, other))
  const [name, value = ''] = real.split('=')
  const [id = '', issued = '', signature = ''] = value.split('.')
  const made = [
    `${name}=${id}.${Number(issued) + 1}.${signature}`,
    `${name}=x${id}.${issued}.${signature}`,
    `${name}=${id}.${issued}.`,
    `${name}=`,
    `${name}=${'.'.repeat(100)}`,
  ]
  await guessedAt(administrator.email, 100, other)
  for (const cookie of made)
    assert.equal((await attempt(administrator, '203.0.113.95', { cookie }, other)).statusCode, 429, cookie)
  assert.equal((await attempt(administrator, '203.0.113.95', { cookie: real }, other)).statusCode, 200)
  const stranger = { ...wrong, email: 'b@example.com' }
  await guessedAt(stranger.email, 100, other)
  assert.equal((await attempt(stranger, '203.0.113.96', { cookie: real }, other)).statusCode, 429)
})

test('behind a trusted proxy each of its callers is counted, and one can not pose as another', async () => {
  await forget()
  const through = (client: string, claimed: string) =>
    attempt(wrong, '10.7.0.1', { 'x-forwarded-for': `${claimed}, ${client}` }, behindProxy)
  const statuses: number[] = []
  for (let i = 0; i < 30; i++) statuses.push((await through('203.0.113.5', `198.51.100.${i}`)).statusCode)
  assert.deepEqual([countOf(statuses, 401), countOf(statuses, 429)], [10, 20])
  assert.equal((await through('203.0.113.6', '203.0.113.5')).statusCode, 401)
})

test('strangers, wrong passwords and too many attempts look the same for an account that is there and one that is not', async () => {
  await forget()
  const seen = async (email: string, address: string): Promise<string[]> => {
    const answers: string[] = []
    for (let i = 0; i < 12; i++) {
      const { statusCode, headers, ...answer } = await attempt({ email, password: `wrong horse ${i}` }, address)
      const { request_id, ...problem } = answer.json<Problem>()
      assert.ok(request_id)
      answers.push(
        `${statusCode} ${Object.keys(headers).sort()} ${headers['content-length']} ${JSON.stringify(problem)}`,
      )
    }
    return answers
  }
  const there = await seen(administrator.email, '203.0.113.21')
  assert.deepEqual(await seen('nobody@example.com', '203.0.113.22'), there)
  assert.match(there[0] ?? '', /^401 .*sign_in_failed/)
  assert.match(there.at(-1) ?? '', /^429 .*retry-after.*too_many_attempts/)
})

test('a password is hashed once for whoever asks: unknown, disabled, without a password, or wrong', async () => {
  const settings = { db, secret: 'x'.repeat(43), publicUrl: 'http://localhost:3000', life: { idleS: 60, maxS: 60 } }
  const signIn = await createSignIn({
    ...settings,
    hasSecondFactor: async () => false,
    isDisabled: async (id) => id === 'disabled',
  })
  const { password } = await signIn.$context
  const { hash, verify } = password
  const known = await hash('correct horse battery')
  for (const id of ['disabled', 'invited']) {
    const email_verified = true
    await db
      .insertInto('person')
      .values({ id, email: `${id}@example.com`, name: id, email_verified })
      .execute()
    if (id === 'invited') continue
    const credential = { id, account_id: id, provider_id: 'credential', user_id: id, password: known }
    await db.insertInto('credential').values(credential).execute()
  }
  let hashed = 0
  const counted =
    <A extends unknown[], R>(work: (...asked: A) => R) =>
    (...asked: A): R => {
      hashed++
      return work(...asked)
    }
  password.hash = counted(hash)
  password.verify = counted(verify)
  const cases: [string, string][] = [
    ['nobody@example.com', 'wrong horse battery'],
    ['invited@example.com', 'wrong horse battery'],
    ['disabled@example.com', 'correct horse battery'],
    ['disabled@example.com', 'wrong horse battery'],
    [administrator.email, 'wrong horse battery'],
  ]
  for (const [email, typed] of cases) {
    hashed = 0
    const body = JSON.stringify({ email, password: typed })
    const headers = { 'content-type': 'application/json' }
    const url = 'http://localhost:3000/api/auth/sign-in/email'
    const { status } = await signIn.handler(new Request(url, { method: 'POST', headers, body }))
    assert.deepEqual([status, hashed], [401, 1], email)
  }
})

test('asking who is signed in is not throttled, and tells nothing of others: an office has one address', async () => {
  for (let i = 0; i < 300; i++) {
    const cookie = `plenum.session_token=${i}`
    const answer = await server.app.inject({
      url: '/api/auth/get-session',
      remoteAddress: '10.9.9.9',
      headers: { cookie },
    })
    assert.deepEqual([answer.statusCode, answer.json()], [200, { user: null }])
  }
})
