import assert from 'node:assert/strict'
import test from 'node:test'
import type { AuditEntry, Problem, RecoveryCodes, TwoFactorStatus } from '@plenum/contract'
import type { LightMyRequestResponse } from 'fastify'
import { sql } from 'kysely'
import { bySystem } from '#audit'
import { administrator, type Caller, caller, createPerson, startTestServer, withKey } from '#test'
import { codeAt, cookiesOf, enableTwoFactor, giveCode, givePassword, nextStep } from '../../test/second-factor.ts'

const server = await startTestServer()
const { app, as, clock, services, databaseUrl } = server
const { db } = services.database
const second = await startTestServer({ databaseUrl })

const path = '/api/auth/two-factor'
const code = (secret: string, steps = 0): string => codeAt(secret, clock.nowMs, steps)
const codeOf = (answer: LightMyRequestResponse): string => answer.json<Problem>().code
const isIn = async (call: Caller): Promise<boolean> => (await call('GET', '/api/profile')).statusCode === 200
const status = async (call: Caller) => (await call('GET', path)).json<TwoFactorStatus>()
/** Somebody with two-factor sign-in, in a step of which no code was used. */
const protectedPerson = async () => {
  const person = await createPerson(server, { role: 'viewer' })
  const enabled = await enableTwoFactor(server, person.as, person.password)
  nextStep(server)
  return { ...person, ...enabled }
}
const auditOf = async (personId: string): Promise<string[]> => {
  const { items } = (await as('GET', `/api/audit?limit=1000`)).json<{ items: AuditEntry[] }>()
  return items.filter(({ actor, thing }) => [actor.id, thing.id].includes(personId)).map(({ action }) => action)
}
/** A code that is none of now. */
const wrongCode = (secret: string): string => {
  const right = new Set([-2, -1, 0, 1, 2].map((steps) => code(secret, steps)))
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find((one) => !right.has(one)) as string
}

test('switching on takes the password and a first code, ends the other sessions, and gives ten recovery codes', async () => {
  const person = await createPerson(server, { role: 'viewer' })
  const elsewhere = await createPerson(server, { role: 'viewer' })
  const other = caller(app, { cookie: cookiesOf(await givePassword(server, person)) })
  assert.deepEqual(await status(person.as), { enabled: false, enabled_at: null, recovery_codes_left: 0 })
  assert.equal(codeOf(await person.as('POST', `${path}/enable`, { code: '123456' })), 'two_factor_not_begun')
  const guess = await person.as('POST', `${path}/setup`, { password: 'wrong wrong' })
  assert.deepEqual([guess.statusCode, codeOf(guess)], [422, 'current_password_wrong'])

  const { secret } = (await person.as('POST', `${path}/setup`, { password: person.password })).json<{
    secret: string
  }>()
  assert.equal((await givePassword(server, person)).json().user.email, person.email, 'not before a first code')
  const wrong = await person.as('POST', `${path}/enable`, { code: wrongCode(secret) })
  assert.deepEqual([wrong.statusCode, codeOf(wrong)], [422, 'code_wrong'])
  assert.equal((await status(person.as)).enabled, false)
  const enabled = await person.as('POST', `${path}/enable`, { code: code(secret) })
  assert.equal(new Set(enabled.json<RecoveryCodes>().recovery_codes).size, 10)
  assert.equal((await status(person.as)).recovery_codes_left, 10)
  assert.deepEqual([await isIn(person.as), await isIn(other), await isIn(elsewhere.as)], [true, false, true])
  assert.equal(codeOf(await person.as('POST', `${path}/setup`, { password: person.password })), 'two_factor_on')
  assert.equal(codeOf(await person.as('POST', `${path}/enable`, { code: code(secret, 1) })), 'two_factor_on')
})

test('what was begun and forgotten is void after an hour', async () => {
  const person = await createPerson(server, { role: 'viewer' })
  const { secret } = (await person.as('POST', `${path}/setup`, { password: person.password })).json<{
    secret: string
  }>()
  await sql`update two_factor set begun_at = now() - interval '61 minutes' where person_id = ${person.id}`.execute(db)
  assert.equal(codeOf(await person.as('POST', `${path}/enable`, { code: code(secret) })), 'two_factor_not_begun')
  const again = (await person.as('POST', `${path}/setup`, { password: person.password })).json<{ secret: string }>()
  assert.equal(codeOf(await person.as('POST', `${path}/enable`, { code: code(secret) })), 'code_wrong', 'the old one')
  assert.equal((await person.as('POST', `${path}/enable`, { code: code(again.secret) })).statusCode, 200)
})

test('signing in takes password, then code; before the code there is no session at all', async () => {
  const person = await protectedPerson()
  const sessions = () => db.selectFrom('session').select('id').where('user_id', '=', person.id).execute()
  const before = await sessions()
  const first = await givePassword(server, person)
  assert.deepEqual([first.statusCode, first.json()], [200, { two_factor_required: true }])
  assert.deepEqual(
    first.cookies.map(({ name, httpOnly, sameSite, path: of }) => [name, httpOnly, sameSite, of]),
    [['plenum.sign_in_step', true, 'Strict', '/api/auth']],
  )
  assert.deepEqual(await sessions(), before)
  assert.equal(await isIn(caller(app, { cookie: cookiesOf(first) })), false)

  const wrong = await giveCode(server, first, { code: wrongCode(person.secret) })
  assert.deepEqual([wrong.statusCode, codeOf(wrong), wrong.cookies], [401, 'sign_in_code_wrong', []])
  const done = await giveCode(server, first, { code: code(person.secret) })
  assert.equal(done.json().user.email, person.email)
  assert.ok(await isIn(caller(app, { cookie: cookiesOf(done) })))
  assert.equal((await sessions()).length, before.length + 1)
  assert.equal(codeOf(await giveCode(server, first, { code: code(person.secret, 1) })), 'code_not_asked', 'one session')
})

test('a code works once, also on two instances at once, and so does what came before it', async () => {
  const person = await protectedPerson()
  const steps = await Promise.all([givePassword(server, person), givePassword(server, person)])
  const given = { code: code(person.secret) }
  const answers = await Promise.all([giveCode(server, steps[0], given), giveCode(second, steps[1], given)])
  assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [200, 401])
  const first = await givePassword(server, person)
  for (const drift of [0, -1])
    assert.equal((await giveCode(server, first, { code: code(person.secret, drift) })).statusCode, 401)
  assert.equal((await giveCode(server, first, { code: code(person.secret, 1) })).statusCode, 200, 'the next one')
})

test('a recovery code signs in once, also where two try at once; the others stay', async () => {
  const person = await protectedPerson()
  const [one = '', other = ''] = person.recoveryCodes
  const steps = await Promise.all([givePassword(server, person), givePassword(server, person)])
  const given = { recovery_code: one.toUpperCase().replaceAll('-', ' ') }
  const answers = await Promise.all([giveCode(server, steps[0], given), giveCode(second, steps[1], given)])
  assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [200, 401])
  assert.equal((await giveCode(server, await givePassword(server, person), given)).statusCode, 401)
  const done = await giveCode(server, await givePassword(server, person), { recovery_code: other })
  assert.equal((await status(caller(app, { cookie: cookiesOf(done) }))).recovery_codes_left, 8)
})

test('a code of somebody else, a recovery code of somebody else and a made-up step open nothing', async () => {
  const [person, stranger] = [await protectedPerson(), await protectedPerson()]
  const first = await givePassword(server, person)
  assert.equal((await giveCode(server, first, { recovery_code: stranger.recoveryCodes[0] })).statusCode, 401)
  if (code(stranger.secret) !== code(person.secret))
    assert.equal((await giveCode(server, first, { code: code(stranger.secret) })).statusCode, 401)
  for (const cookie of ['', 'plenum.sign_in_step=', 'plenum.sign_in_step=abc', 'plenum.sign_in_step=%E0%A4%A']) {
    const answer = await caller(app, { cookie })('POST', `${path}/verify`, { code: code(person.secret) })
    assert.deepEqual([answer.statusCode, codeOf(answer)], [409, 'code_not_asked'])
  }
})

test('ten minutes, a new password, disabling and a reset each end what has begun', async () => {
  const ends: Record<string, (id: string, email: string) => Promise<unknown>> = {
    'ten minutes': (id) => sql`update sign_in_step set expires_at = now() where person_id = ${id}`.execute(db),
    'a new password': (_, email) =>
      services.people.administrators.setPassword(email, administrator.password, bySystem('test')),
    disabling: (id) => as('PATCH', `/api/users/${id}`, { disabled: true }),
    'a reset': (id) => as('DELETE', `/api/users/${id}/two-factor`),
  }
  for (const [what, end] of Object.entries(ends)) {
    const person = await protectedPerson()
    const first = await givePassword(server, person)
    await end(person.id, person.email)
    assert.equal(codeOf(await giveCode(server, first, { code: code(person.secret) })), 'code_not_asked', what)
  }
})

test('switching off and new recovery codes take password and code', async () => {
  const person = await protectedPerson()
  const { password } = person
  for (const action of ['disable', 'recovery-codes']) {
    const refused: [object, string][] = [
      [{ password }, 'validation_failed'],
      [{ password: 'wrong wrong', code: code(person.secret) }, 'current_password_wrong'],
      [{ password, code: wrongCode(person.secret) }, 'code_wrong'],
      [{ password, recovery_code: 'abcd-abcd-abcd-abcd' }, 'code_wrong'],
      [{ password, code: code(person.secret), recovery_code: person.recoveryCodes[0] }, 'validation_failed'],
    ]
    for (const [body, problem] of refused)
      assert.equal(codeOf(await person.as('POST', `${path}/${action}`, body)), problem, JSON.stringify(body))
  }
  const renewed = await person.as('POST', `${path}/recovery-codes`, { password, code: code(person.secret) })
  const { recovery_codes: fresh } = renewed.json<RecoveryCodes>()
  assert.equal(new Set([...fresh, ...person.recoveryCodes]).size, 20)
  const old = { password, recovery_code: person.recoveryCodes[3] }
  assert.equal(codeOf(await person.as('POST', `${path}/disable`, old)), 'code_wrong')
  const off = await person.as('POST', `${path}/disable`, { password, recovery_code: fresh[0] })
  assert.equal(off.statusCode, 204, off.body)
  assert.equal((await givePassword(server, person)).json().user.email, person.email)
  assert.equal(codeOf(await person.as('POST', `${path}/disable`, { password, code: '123456' })), 'two_factor_off')
  assert.deepEqual((await auditOf(person.id)).slice(0, 4), [
    'session.sign_in',
    'two_factor.disable',
    'recovery_codes.create',
    'two_factor.enable',
  ])
})

test('an administrator can reset that of others, not their own; the command line can any', async () => {
  const person = await protectedPerson()
  const users = async () => (await as('GET', `/api/users/${person.id}`)).json<{ two_factor: boolean }>().two_factor
  assert.equal(await users(), true)
  assert.equal((await as('DELETE', `/api/users/${person.id}/two-factor`)).statusCode, 204)
  assert.equal(codeOf(await as('DELETE', `/api/users/${person.id}/two-factor`)), 'two_factor_not_on')
  assert.deepEqual([await users(), (await auditOf(person.id))[0]], [false, 'two_factor.reset'])

  const boss = await createPerson(server, { role: 'administrator' })
  await enableTwoFactor(server, boss.as, boss.password)
  assert.equal(codeOf(await boss.as('DELETE', `/api/users/${boss.id}/two-factor`)), 'two_factor_own')
  nextStep(server)
  const by = bySystem('plenum password')
  await services.people.administrators.setPassword(boss.email, boss.password, by)
  assert.deepEqual((await givePassword(server, boss)).json(), { two_factor_required: true })
  await services.people.administrators.setPassword(boss.email, boss.password, by, true)
  assert.equal((await givePassword(server, boss)).json().user.email, boss.email)
})

test('API keys ask for no code', async () => {
  const person = await createPerson(server, { role: 'manager' })
  const script = await withKey(app, person.as)
  await enableTwoFactor(server, person.as, person.password)
  assert.equal((await script('GET', '/api/buildings')).statusCode, 200)
  assert.equal((await script('GET', path)).statusCode, 403, 'and see nothing of it')
})

test('guessing codes is slowed down; the owner’s own browser goes on', async () => {
  const person = await protectedPerson()
  const known = await giveCode(server, await givePassword(server, person), { code: code(person.secret) })
  nextStep(server)
  const first = await givePassword(server, person)
  const guesses: number[] = []
  for (let i = 0; i < 15; i++)
    guesses.push((await giveCode(server, first, { code: wrongCode(person.secret) })).statusCode)
  assert.deepEqual([guesses.filter((one) => one === 401).length, guesses.filter((one) => one === 429).length], [10, 5])
  assert.equal((await giveCode(server, first, { code: code(person.secret) })).statusCode, 429, 'even the right one')
  const device = cookiesOf(known)
    .split('; ')
    .filter((one) => one.includes('device_'))
    .join('; ')
  const cookie = `${cookiesOf(first)}; ${device}`
  const owner = await caller(app, { cookie })('POST', `${path}/verify`, { code: code(person.secret) })
  assert.equal(owner.statusCode, 200, owner.body)
})

test('each step of it is a line of the audit log, refusals too', async () => {
  const person = await protectedPerson()
  const first = await givePassword(server, person)
  await giveCode(server, first, { code: wrongCode(person.secret) })
  await giveCode(server, first, { code: code(person.secret) })
  await services.audit.refusals.flush()
  const { items } = (await as('GET', '/api/audit?limit=50')).json<{ items: AuditEntry[] }>()
  const of = items.filter(({ actor }) => actor.email === person.email).map(({ action, details }) => [action, details])
  assert.deepEqual(of.slice(0, 4), [
    ['session.sign_in', { first_factor: 'password', second_factor: 'code' }],
    ['session.refused', { code: 'sign_in_code_wrong' }],
    ['session.code_required', { first_factor: 'password' }],
    ['two_factor.enable', null],
  ])
})

test('neither secrets nor codes stand in the tables or the log', async () => {
  const person = await protectedPerson()
  const first = await givePassword(server, person)
  const token = first.cookies[0]?.value ?? ''
  const hidden = [
    person.secret,
    token,
    ...person.recoveryCodes,
    ...person.recoveryCodes.map((one) => one.replaceAll('-', '')),
  ]
  for (const given of hidden) await giveCode(server, first, { recovery_code: given.slice(0, 60) })
  for (const table of ['two_factor', 'recovery_code', 'sign_in_step', 'audit_entry', 'verification']) {
    const { rows } = await sql<{ text: string }>`select t::text as text from ${sql.table(table)} t`.execute(db)
    const text = [...rows.map((row) => row.text), ...server.logged].join('\n')
    for (const one of hidden) assert.ok(!text.includes(one), `${one} is in ${table}`)
  }
})
