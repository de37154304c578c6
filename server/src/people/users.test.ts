import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import type { PasswordResetLink, Problem, User, UserPatch } from '@plenum/contract'
import { sql } from 'kysely'
import { buildApp } from '../app.ts'
import { createServices } from '../services.ts'
import {
  administrator,
  caller,
  createPerson,
  createSmallBuilding,
  eventually,
  quietLog,
  startTestServer,
  storage,
  withKey,
} from '#test'
import { attempt, password, problemOf, tokenIn, withCookies } from '../../test/people.ts'

const server = await startTestServer()
const { app, as, services } = server
const { db } = services.database
const [one, two] = [await createSmallBuilding(server), await createSmallBuilding(server)]
const viewerOf = (buildings: number[]) => createPerson(server, { role: 'viewer', buildings })

type UserList = { items: User[]; next_cursor: string | null }
const list = async (query = ''): Promise<UserList> => (await as('GET', `/api/users${query}`)).json<UserList>()
const change = (id: string, patch: UserPatch) => as('PATCH', `/api/users/${id}`, patch)
const changed = async (id: string, patch: UserPatch): Promise<User> => {
  const answer = await change(id, patch)
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json<User>()
}
const codeOf = async (answer: ReturnType<typeof change>) => (await answer).json<Problem>().code

test('people are listed by name, page by page, and found by role, status and part of name or e-mail', async () => {
  const names = ['Zoe', 'amy', 'Bo 100%', 'bo_b', '森']
  const people = await Promise.all(names.map(() => viewerOf([one.building.id])))
  for (const [i, { id }] of people.entries()) await changed(id, { name: names[i] as string })
  const ids = new Set(people.map(({ id }) => id))
  const paged: User[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: UserList = await list(`?limit=2${cursor && `&cursor=${cursor}`}`)
    assert.ok(page.items.length <= 2)
    paged.push(...page.items)
    cursor = page.next_cursor
  }
  assert.deepEqual(
    paged.filter(({ id }) => ids.has(id)).map(({ name }) => name),
    ['amy', 'Bo 100%', 'bo_b', 'Zoe', '森'],
  )
  assert.equal(new Set(paged.map(({ id }) => id)).size, paged.length)
  const found = async (query: string) => (await list(query)).items.map(({ name }) => name)
  assert.deepEqual(await found('?text=BO'), ['Bo 100%', 'bo_b'])
  assert.deepEqual(await found('?text=100%25'), ['Bo 100%'], 'a percent sign is a percent sign')
  assert.deepEqual(await found('?text=o_b'), ['bo_b'])
  assert.deepEqual(await found(`?text=${people[0]?.email}`), ['Zoe'])
  await changed(people[0]?.id as string, { disabled: true })
  assert.deepEqual(await found('?status=disabled'), ['Zoe'])
  assert.ok(!(await found('?status=active')).includes('Zoe'))
  assert.ok((await list('?role=administrator')).items.every(({ role }) => role === 'administrator'))
  assert.equal((await as('GET', '/api/users?cursor=W10')).json<Problem>().code, 'cursor_invalid')
})

test('a person is shown with role, scope and its names, and never with a password', async () => {
  const { id, email } = await createPerson(server, {
    role: 'viewer',
    buildings: [one.building.id],
    floors: [two.floor.id],
  })
  const answer = await as('GET', `/api/users/${id}`)
  const user = answer.json<User>()
  assert.deepEqual([user.email, user.role, user.disabled, user.sees_presence], [email, 'viewer', false, false])
  assert.deepEqual(user.scope, { building_ids: [one.building.id], floor_ids: [two.floor.id] })
  assert.deepEqual(user.places.map(({ floor_name }) => floor_name).sort(), ['3F', null].sort())
  assert.doesNotMatch(answer.body, /password|hash|token/)
  assert.equal((await as('GET', '/api/users/nobody')).json<Problem>().code, 'user_not_found')
})

test('a change of role or scope holds for running sessions at once', async () => {
  const person = await viewerOf([one.building.id])
  const mayConfigure = async () =>
    (await person.as('POST', '/api/gateways', { building_id: one.building.id, name: `G ${Math.random()}` })).statusCode
  assert.equal(await mayConfigure(), 403)
  await changed(person.id, { role: 'manager' })
  assert.equal(await mayConfigure(), 201)
  const session = await person.as('GET', '/api/auth/get-session')
  assert.equal(session.json().user.role, 'manager')
  await changed(person.id, { role: 'viewer', scope: { building_ids: [], floor_ids: [two.floor.id] } })
  assert.equal(await mayConfigure(), 403)
})

test('a change of role holds for a key that is remembered', async () => {
  const person = await createPerson(server, { role: 'manager', buildings: [one.building.id] })
  const script = await withKey(app, person.as)
  assert.equal((await script('PATCH', `/api/buildings/${one.building.id}`, {})).statusCode, 200)
  await changed(person.id, { role: 'viewer' })
  assert.equal((await script('PATCH', `/api/buildings/${one.building.id}`, {})).statusCode, 403)
})

test('fields that are not for changing are refused (S2)', async () => {
  const person = await viewerOf([one.building.id])
  for (const field of ['id', 'email', 'created_at', 'disabled_at', 'last_seen_at', 'password', 'places', 'theme']) {
    const answer = await change(person.id, { [field]: 'x' } as never)
    assert.equal(answer.statusCode, 400, field)
    assert.equal(answer.json<Problem>().errors?.[0]?.path, field)
  }
})

test('a scope names what exists, all or nothing', async () => {
  const person = await viewerOf([one.building.id])
  const unknown = { building_ids: [two.building.id, 2_147_483_647], floor_ids: [] }
  assert.equal(await codeOf(change(person.id, { scope: unknown })), 'scope_unknown')
  assert.equal(
    await codeOf(change(person.id, { scope: { building_ids: [], floor_ids: [2_147_483_647] } })),
    'scope_unknown',
  )
  const user = (await as('GET', `/api/users/${person.id}`)).json<User>()
  assert.deepEqual(user.scope, { building_ids: [one.building.id], floor_ids: [] })
})

test('the last active administrator stays, whoever asks and however', async () => {
  const { items } = await list('?role=administrator')
  const id = items.find(({ email }) => email === administrator.email)?.id ?? ''
  const ways: UserPatch[] = [
    { disabled: true },
    { role: 'viewer', scope: { building_ids: [one.building.id], floor_ids: [] } },
  ]
  for (const way of ways) assert.equal(await codeOf(change(id, way)), 'last_administrator')
  const second = await createPerson(server, { role: 'administrator' })
  await changed(second.id, { disabled: true })
  for (const way of ways)
    assert.equal(await codeOf(change(id, way)), 'last_administrator', 'a disabled one does not count')
  assert.equal((await as('GET', '/api/users')).statusCode, 200)
})

test('two administrators who dismiss each other at once: one stays', async () => {
  for (let i = 0; i < 10; i++) {
    const pair = [
      await createPerson(server, { role: 'administrator' }),
      await createPerson(server, { role: 'administrator' }),
    ]
    await db.updateTable('person').set({ disabled_at: sql`now()` }).where('email', '=', administrator.email).execute()
    const [first, other] = pair as [(typeof pair)[0] & object, (typeof pair)[0] & object]
    const answers = await Promise.all([
      first.as('PATCH', `/api/users/${other.id}`, { disabled: true }),
      other.as('PATCH', `/api/users/${first.id}`, {
        role: 'viewer',
        scope: { building_ids: [one.building.id], floor_ids: [] },
      }),
    ])
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from person where role = 'administrator' and disabled_at is null`.execute(db)
    assert.ok(Number(rows[0]?.n) >= 1, answers.map(({ body }) => body).join())
    assert.ok(answers.some(({ statusCode }) => statusCode === 200))
    await sql`update person set disabled_at = now() where id in (${first.id}, ${other.id})`.execute(db)
    await db.updateTable('person').set({ disabled_at: null }).where('email', '=', administrator.email).execute()
  }
})

test('disabling ends sessions and keys on another instance within a second, and refuses like a wrong password', async () => {
  const settings = { databaseUrl: server.databaseUrl, replicaUrl: null, publicUrl: null, storage }
  const elsewhere = await createServices({
    ...settings,
    address: 'http://localhost:3001',
    log: quietLog,
    clock: server.clock,
  })
  const otherApp = await buildApp(elsewhere, { log: quietLog, metricsToken: null, webDir: null })
  after(async () => {
    await otherApp.close()
    await elsewhere.close()
  })
  const person = await viewerOf([one.building.id])
  const there = withCookies({ app: otherApp }, await attempt({ app: otherApp }, person))
  const script = await withKey(otherApp, there)
  const statuses = async () => [
    (await there('GET', '/api/buildings')).statusCode,
    (await script('GET', '/api/buildings')).statusCode,
  ]
  assert.deepEqual(await statuses(), [200, 200])
  await changed(person.id, { disabled: true })
  await eventually(statuses, (both) => both.join() === '401,401', 1_000)
  assert.equal((await there('GET', '/api/auth/get-session')).json().user, null)
  assert.equal((await person.as('GET', '/api/buildings')).statusCode, 401)

  const wrong = problemOf(await attempt(server, { ...person, password: 'another window' }))
  const refused = await attempt(server, person)
  assert.deepEqual([problemOf(refused), refused.cookies], [wrong, []])
  assert.equal(wrong.code, 'sign_in_failed')

  await changed(person.id, { disabled: false })
  assert.equal((await there('GET', '/api/buildings')).statusCode, 401, 'old sessions stay ended')
  assert.equal((await attempt(server, person)).statusCode, 200)
})

test('a link sets a new password once, ends the old sessions, and says whose it is and nothing more', async () => {
  const person = await viewerOf([one.building.id])
  const nobody = caller(app, {})
  const make = async () => {
    const answer = await as('POST', `/api/users/${person.id}/password-reset`, undefined, {
      origin: 'http://plenum.test',
      host: 'plenum.test',
    })
    assert.equal(answer.statusCode, 200, answer.body)
    return answer.json<PasswordResetLink>()
  }
  const replaced = await make()
  const { url, expires_at } = await make()
  assert.match(url, /^http:\/\/plenum\.test\/password-reset\/[\w-]{43}$/)
  const hours = (Date.parse(expires_at) - Date.now()) / 3_600_000
  assert.ok(hours > 23.9 && hours <= 24)
  const use = (link: string, wanted: string) =>
    nobody('POST', `/api/password-resets/${tokenIn(link)}`, { password: wanted })
  assert.deepEqual(Object.keys((await nobody('GET', `/api/password-resets/${tokenIn(url)}`)).json()), [
    'email',
    'expires_at',
  ])
  assert.equal((await use(url, person.email)).json<Problem>().code, 'password_is_email')
  assert.equal((await use(url, 'Password123')).json<Problem>().code, 'password_common')
  assert.equal((await use(url, 'short')).statusCode, 400)
  assert.equal((await person.as('GET', '/api/buildings')).statusCode, 200, 'until it is used nothing ends')
  const both = await Promise.all([use(url, password), use(url, password)])
  assert.deepEqual(both.map(({ statusCode }) => statusCode).sort(), [204, 404])
  assert.equal((await person.as('GET', '/api/buildings')).statusCode, 401)
  assert.equal((await attempt(server, person)).statusCode, 401)
  assert.equal((await attempt(server, { ...person, password })).statusCode, 200)

  const expired = await make()
  await sql`update password_reset set expires_at = now() - interval '1 second'`.execute(db)
  const dead = [url, replaced.url, expired.url, 'http://x/never']
  const answers = await Promise.all(dead.map((link) => use(link, password)))
  const asked = await Promise.all(dead.map((link) => nobody('GET', `/api/password-resets/${tokenIn(link)}`)))
  for (const set of [answers, asked]) assert.equal(new Set(set.map((each) => JSON.stringify(problemOf(each)))).size, 1)
  assert.equal(problemOf(answers[0] as never).code, 'password_reset_invalid')
})

test('links of an administrator who is one no longer open nothing', async () => {
  const [boss, person] = [await createPerson(server, { role: 'administrator' }), await viewerOf([one.building.id])]
  const { url } = (await boss.as('POST', `/api/users/${person.id}/password-reset`)).json<PasswordResetLink>()
  await changed(boss.id, { role: 'viewer', scope: { building_ids: [one.building.id], floor_ids: [] } })
  assert.equal((await caller(app, {})('GET', `/api/password-resets/${tokenIn(url)}`)).statusCode, 404)
})

test('somebody who is there was seen', async () => {
  const person = await viewerOf([one.building.id])
  await person.as('GET', '/api/buildings')
  await eventually(
    async () => (await as('GET', `/api/users/${person.id}`)).json<User>().last_seen_at,
    (at) => at !== null,
  )
})
