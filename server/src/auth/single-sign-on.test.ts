import assert from 'node:assert/strict'
import test from 'node:test'
import type { AuditEntry, Problem, User } from '@plenum/contract'
import type { LightMyRequestResponse } from 'fastify'
import { administrator, caller, createPerson, startTestServer } from '#test'
import { client, startOpenidProvider } from '../../test/openid-provider.ts'
import { codeAt, cookiesOf, enableTwoFactor, giveCode, nextStep } from '../../test/second-factor.ts'

const publicUrl = 'http://localhost:3000/buildings'
const provider = await startOpenidProvider(`${publicUrl}/sign-in/return`)
const { issuer } = provider
const openid = { issuer, ...client, name: 'Example', scopes: 'openid email profile' }
const server = await startTestServer({ publicUrl, openid })
const { app, as, clock, services } = server
const { db } = services.database

const path = '/api/auth/single-sign-on'
const codeOf = (answer: LightMyRequestResponse): string => answer.json<Problem>().code
const begin = (body: object = {}) => caller(app, {})('POST', path, body)
const urlOf = (begun: LightMyRequestResponse): string => begun.json<{ url: string }>().url
const finish = (begun: LightMyRequestResponse, search: string, remoteAddress = '10.1.1.1') => {
  const headers = { cookie: cookiesOf(begun) }
  return app.inject({ method: 'POST', url: `${path}/finish`, payload: { search }, headers, remoteAddress })
}
/** The whole way. */
const comeIn = async (body: object = {}) => {
  const begun = await begin(body)
  return finish(begun, await provider.visit(urlOf(begun)))
}
const isIn = async (answer: LightMyRequestResponse): Promise<boolean> =>
  (await caller(app, { cookie: cookiesOf(answer) })('GET', '/api/profile')).statusCode === 200
/** Refused, with this code, and nobody is signed in. */
const assertRefused = async (answer: LightMyRequestResponse, status: number, code: string): Promise<void> => {
  assert.deepEqual([answer.statusCode, codeOf(answer)], [status, code], answer.body)
  assert.equal(await isIn(answer), false)
}

let subjects = 0
/** Somebody here who is somebody there, too. */
const personThere = async () => {
  const person = await createPerson(server, { role: 'viewer' })
  const subject = `subject-${++subjects}`
  const account = { email: person.email.toUpperCase(), email_verified: true }
  provider.signedInAs(subject, account)
  return { ...person, subject, account, comesAgain: () => provider.signedInAs(subject, account) }
}

test('the page is told of it, and of its name', async () => {
  const answer = await caller(app, {})('GET', '/api/auth/ways')
  assert.deepEqual(answer.json(), { single_sign_on: { name: 'Example' } })
})

test('the provider is asked with PKCE, state and nonce, each time other ones, and sends back to our own page', async () => {
  const asked = [new URL(urlOf(await begin())), new URL(urlOf(await begin()))]
  for (const { searchParams: parameters } of asked) {
    assert.equal(parameters.get('redirect_uri'), `${publicUrl}/sign-in/return`)
    assert.deepEqual([parameters.get('response_type'), parameters.get('client_id')], ['code', 'plenum'])
    assert.equal(parameters.get('code_challenge_method'), 'S256')
    assert.deepEqual(parameters.get('scope')?.split(' '), ['openid', 'email', 'profile'])
    for (const name of ['state', 'nonce', 'code_challenge']) assert.match(parameters.get(name) ?? '', /^[\w-]{43}$/)
  }
  for (const name of ['state', 'nonce', 'code_challenge'])
    assert.notEqual(asked[0]?.searchParams.get(name), asked[1]?.searchParams.get(name))
})

test('what the browser keeps meanwhile tells nothing, and no script or other site has it', async () => {
  const begun = await begin()
  const [cookie] = begun.cookies
  assert.deepEqual([cookie?.httpOnly, cookie?.sameSite, cookie?.path], [true, 'Strict', '/api/auth'])
  const { searchParams } = new URL(urlOf(begun))
  for (const name of ['state', 'nonce']) assert.ok(!cookie?.value.includes(searchParams.get(name) ?? ''))
})

test('somebody who is known here comes in, to where they wanted, and has a session like any other', async () => {
  const person = await personThere()
  const answer = await comeIn({ next: '/floors/3?status=stale' })
  assert.equal(answer.statusCode, 200, answer.body)
  assert.deepEqual([answer.json().user.email, answer.json().next], [person.email, '/floors/3?status=stale'])
  const call = caller(app, { cookie: cookiesOf(answer) })
  assert.equal((await call('GET', '/api/auth/get-session')).json().user.email, person.email)
  const { items } = (await call('GET', '/api/auth/sessions')).json<{ items: { current: boolean; address: string }[] }>()
  assert.equal(items.find(({ current }) => current)?.address, '10.1.1.1')
  assert.ok(answer.cookies.some(({ name }) => name.includes('device_')))
  assert.equal((await as('GET', `/api/users/${person.id}`)).json<User>().single_sign_on, true)
  await services.audit.refusals.flush()
  const audit = (await as('GET', `/api/audit?actor_id=${person.id}`)).json<{ items: AuditEntry[] }>().items
  assert.deepEqual(
    audit.slice(0, 2).map(({ action, details }) => [action, details]),
    [
      ['session.sign_in', { first_factor: 'single_sign_on' }],
      ['single_sign_on.connect', { issuer }],
    ],
  )
})

test('the session that the browser had ends', async () => {
  const one = await personThere()
  const first = await comeIn()
  await personThere()
  const begun = await begin()
  const search = await provider.visit(urlOf(begun))
  const cookie = `${cookiesOf(begun)}; ${cookiesOf(first)}`
  const second = await caller(app, { cookie })('POST', `${path}/finish`, { search })
  assert.deepEqual([second.statusCode, await isIn(first), await isIn(second)], [200, false, true], one.email)
})

test('from the first time on it is the provider’s own name that counts, not the e-mail', async () => {
  const person = await personThere()
  await comeIn()
  provider.signedInAs(person.subject, { email: 'married@example.com', email_verified: false })
  assert.equal((await comeIn()).json().user.email, person.email, 'a new address')
  provider.signedInAs('a successor', person.account)
  await assertRefused(await comeIn(), 403, 'single_sign_on_other_account')

  assert.equal((await as('DELETE', `/api/users/${person.id}/single-sign-on`)).statusCode, 204)
  assert.equal(codeOf(await as('DELETE', `/api/users/${person.id}/single-sign-on`)), 'single_sign_on_not_connected')
  assert.equal((await comeIn()).json().user.email, person.email, 'connected anew')
  person.comesAgain()
  await assertRefused(await comeIn(), 403, 'single_sign_on_other_account')
})

test('two first times at once are one connection', async () => {
  const person = await personThere()
  const begun = await Promise.all([begin(), begin()])
  const searches = [await provider.visit(urlOf(begun[0])), await provider.visit(urlOf(begun[1]))] as const
  const answers = await Promise.all([finish(begun[0], searches[0]), finish(begun[1], searches[1])])
  assert.deepEqual(
    answers.map(({ statusCode }) => statusCode),
    [200, 200],
  )
  const rows = await db.selectFrom('credential').select('id').where('account_id', '=', person.subject).execute()
  assert.equal(rows.length, 1)
})

test('whom nobody knows here is refused, and nobody is made', async () => {
  provider.signedInAs('stranger', { email: 'stranger@example.com', email_verified: true })
  await assertRefused(await comeIn(), 403, 'single_sign_on_unknown')
  const people = await db.selectFrom('person').select('id').where('email', '=', 'stranger@example.com').execute()
  assert.deepEqual(people, [])
  await services.audit.refusals.flush()
  const { items } = (await as('GET', '/api/audit?outcome=refused')).json<{ items: AuditEntry[] }>()
  const entry = items.find(({ actor }) => actor.email === 'stranger@example.com')
  assert.deepEqual([entry?.action, entry?.details], ['session.refused', { code: 'single_sign_on_unknown' }])
})

test('an e-mail that the provider has not verified is nobody’s', async () => {
  const person = await personThere()
  for (const email_verified of [false, undefined, 'true', 1]) {
    provider.signedInAs(`unverified ${String(email_verified)}`, { email: person.email, email_verified } as never)
    await assertRefused(await comeIn(), 403, 'single_sign_on_email_unverified')
  }
  provider.signedInAs('no address', { email_verified: true } as never)
  await assertRefused(await comeIn(), 403, 'single_sign_on_email_unverified')
})

test('who is disabled is as unknown as anybody, connected or not', async () => {
  const connected = await personThere()
  await comeIn()
  await as('PATCH', `/api/users/${connected.id}`, { disabled: true })
  await assertRefused(await comeIn(), 403, 'single_sign_on_unknown')
  const other = await personThere()
  await as('PATCH', `/api/users/${other.id}`, { disabled: true })
  await assertRefused(await comeIn(), 403, 'single_sign_on_unknown')
})

test('a state of another sign-in, none, and another browser are refused', async () => {
  await personThere()
  const [one, other] = [await begin(), await begin()]
  const search = await provider.visit(urlOf(one))
  await assertRefused(await finish(other, search), 422, 'single_sign_on_failed')
  for (const change of [
    (of: URLSearchParams) => of.delete('state'),
    (of: URLSearchParams) => of.set('state', 'x'.repeat(43)),
    (of: URLSearchParams) => of.set('iss', 'http://127.0.0.1:1'),
    (of: URLSearchParams) => of.delete('iss'),
    (of: URLSearchParams) => of.set('code', 'x'.repeat(43)),
    (of: URLSearchParams) => of.append('state', 'x'),
  ]) {
    const begun = await begin()
    const parameters = new URLSearchParams(await provider.visit(urlOf(begun)))
    change(parameters)
    await assertRefused(await finish(begun, `?${parameters}`), 422, 'single_sign_on_failed')
  }
  const without = await app.inject({ method: 'POST', url: `${path}/finish`, payload: { search } })
  await assertRefused(without, 422, 'single_sign_on_failed')
  for (const cookie of ['plenum.single_sign_on=', 'plenum.single_sign_on=%E0%A4%A', 'plenum.single_sign_on=abcdef'])
    await assertRefused(
      await caller(app, { cookie })('POST', `${path}/finish`, { search }),
      422,
      'single_sign_on_failed',
    )
})

test('what was answered once is worth nothing a second time, even with the cookie kept', async () => {
  await personThere()
  const begun = await begin()
  const search = await provider.visit(urlOf(begun))
  const first = await finish(begun, search)
  assert.equal(first.statusCode, 200)
  assert.ok(first.cookies.some(({ name, maxAge }) => name === 'plenum.single_sign_on' && maxAge === 0))
  await assertRefused(await finish(begun, search), 422, 'single_sign_on_failed')
})

test('after ten minutes it is too late', async () => {
  await personThere()
  const begun = await begin()
  const search = await provider.visit(urlOf(begun))
  clock.nowMs += 601_000
  await assertRefused(await finish(begun, search), 422, 'single_sign_on_failed')
})

test('who says no at the provider is told so here', async () => {
  await personThere()
  provider.refuse(true)
  const begun = await begin()
  const search = await provider.visit(urlOf(begun))
  provider.refuse(false)
  assert.match(search, /error=access_denied/)
  await assertRefused(await finish(begun, search), 422, 'single_sign_on_failed')
})

test('it leads to addresses of this site only', async () => {
  for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example', 'x', '', '/\t/evil.example'])
    assert.equal((await begin({ next })).statusCode, 400, next)
  for (const next of ['/', '/floors/3?a=b#c']) assert.equal((await begin({ next })).statusCode, 200, next)
})

test('whoever has two-factor sign-in gives a code here as well', async () => {
  const person = await personThere()
  const { secret } = await enableTwoFactor(server, person.as, person.password)
  nextStep(server)
  const answer = await comeIn({ next: '/explorer' })
  assert.deepEqual([answer.statusCode, answer.json()], [200, { two_factor_required: true, next: '/explorer' }])
  assert.equal(await isIn(answer), false)
  const done = await giveCode(server, answer, { code: codeAt(secret, clock.nowMs) })
  assert.deepEqual([done.statusCode, await isIn(done)], [200, true])
})

test('passwords go on', async () => {
  const payload = { email: administrator.email, password: administrator.password }
  const answer = await app.inject({ method: 'POST', url: '/api/auth/sign-in/email', payload })
  assert.equal(answer.json().user.email, administrator.email)
})

test('neither codes nor tokens nor secrets stand in the log', async () => {
  await personThere()
  const begun = await begin()
  const search = await provider.visit(urlOf(begun))
  await finish(begun, search)
  await finish(begun, search)
  const log = server.logged.join('\n')
  assert.match(log, /single sign-on failed/)
  const code = new URLSearchParams(search).get('code') ?? ''
  for (const one of [code, client.clientSecret, encodeURIComponent(client.clientSecret), cookiesOf(begun)])
    assert.ok(one.length > 10 && !log.includes(one), one)
  assert.ok(!/eyJ[\w-]{20}/.test(log), 'no token')
})

test('without it there is no such way in', async () => {
  const plain = await startTestServer({ databaseUrl: server.databaseUrl })
  const nobody = caller(plain.app, {})
  assert.deepEqual((await nobody('GET', '/api/auth/ways')).json(), { single_sign_on: null })
  assert.equal(codeOf(await nobody('POST', path, {})), 'single_sign_on_off')
  assert.equal(codeOf(await nobody('POST', `${path}/finish`, { search: '?code=x&state=x' })), 'single_sign_on_off')
})

test('one that goes away while somebody is there is told apart from one that refuses', async () => {
  await personThere()
  const begun = await begin()
  const search = await provider.visit(urlOf(begun))
  await provider.stop()
  await assertRefused(await finish(begun, search), 503, 'single_sign_on_unavailable')
})
