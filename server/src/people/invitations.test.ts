import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import type { Invitation, InvitationInput, InvitationOffer, NewInvitation, Problem } from '@plenum/contract'
import { sql } from 'kysely'
import { administrator, caller, createPerson, createSmallBuilding, startTestServer } from '#test'
import { accept, attempt, invite, password, problemOf, withCookies } from '../../test/people.ts'

const server = await startTestServer()
const { app, as, services, logged } = server
const { db } = services.database
const { building, floor } = await createSmallBuilding(server)
const scope = { building_ids: [building.id], floor_ids: [] }
let people = 0
const viewer = (more: Partial<InvitationInput> = {}): InvitationInput => ({
  email: `p${++people}@example.com`,
  role: 'viewer',
  scope,
  ...more,
})
const nobody = caller(app, {})
const offer = (token: string) => nobody('GET', `/api/invitation-links/${token}`)
const codeOf = async (input: object) => (await as('POST', '/api/invitations', input)).json<Problem>().code

test('an invitation lets somebody in with exactly what it says, signed in', async () => {
  const { token, email, url, expires_at } = await invite(as, {
    email: 'Tenant.One@Example.com',
    role: 'viewer',
    scope: { building_ids: [], floor_ids: [floor.id] },
    sees_presence: true,
  })
  assert.equal(email, 'tenant.one@example.com')
  assert.match(url, /\/invitation\/[\w-]{43}$/)
  const days = (Date.parse(expires_at) - Date.now()) / 86_400_000
  assert.ok(days > 6.99 && days <= 7)
  assert.deepEqual((await offer(token)).json<InvitationOffer>(), {
    email,
    name: null,
    role: 'viewer',
    places: [{ building_name: `${(await as('GET', `/api/buildings/${building.id}`)).json().name}`, floor_name: '3F' }],
    invited_by: 'Administrator',
    expires_at,
  })
  const answer = await accept(server, token, { name: 'Tenant', password })
  assert.equal(answer.statusCode, 201, answer.body)
  assert.deepEqual(
    [answer.json().user.name, answer.json().user.role, answer.json().user.sees_presence],
    ['Tenant', 'viewer', true],
  )
  const session = withCookies(server, answer)
  assert.equal((await session('GET', '/api/profile')).json().places[0].floor_name, '3F')
  assert.equal((await session('GET', '/api/users')).statusCode, 403)
  assert.equal((await attempt(server, { email: 'TENANT.one@example.com', password })).statusCode, 200)
})

test('the token has 256 bits, is shown once, and stands in the database as a hash only; no link is in the log', async () => {
  const { id, token } = await invite(as, viewer())
  assert.equal(Buffer.from(token, 'base64url').length, 32)
  assert.ok(!(await as('GET', '/api/invitations')).body.includes(token))
  const { rows } = await sql<{ token_hash: Buffer; row: string }>`
    select token_hash, invitation::text as row from invitation where id = ${id}`.execute(db)
  assert.deepEqual(rows[0]?.token_hash, createHash('sha256').update(token).digest())
  assert.ok(!rows[0]?.row.includes(token))
  await offer(token)
  await accept(server, token)
  assert.ok(!logged.join('').includes(token))
  const entries = await sql<{ all: string }>`select string_agg(audit_entry::text, '') as all from audit_entry`.execute(
    db,
  )
  assert.ok(entries.rows[0]?.all.includes('invitation.create'))
  for (const secret of [token, password]) assert.ok(!entries.rows[0]?.all.includes(secret))
})

test('what is unknown, used, withdrawn, replaced or expired is answered alike, and lets nobody in', async () => {
  const used = await invite(as, viewer())
  assert.equal((await accept(server, used.token)).statusCode, 201)
  const withdrawn = await invite(as, viewer())
  assert.equal((await as('DELETE', `/api/invitations/${withdrawn.id}`)).statusCode, 204)
  const replaced = await invite(as, viewer())
  const again = (await as('POST', `/api/invitations/${replaced.id}/reissue`)).json<NewInvitation>()
  const expired = await invite(as, viewer())
  await sql`update invitation set expires_at = now() where id = ${expired.id}`.execute(db)
  const dead = [used.token, withdrawn.token, replaced.token, expired.token, 'A'.repeat(43), 'x', '%00', '1']
  const seen = await Promise.all(dead.map(offer))
  const tried = await Promise.all(dead.map((token) => accept(server, token)))
  const bodies = [...seen, ...tried].map((answer) => JSON.stringify(problemOf(answer)))
  assert.equal(new Set(bodies).size, 1, [...new Set(bodies)].join('\n'))
  assert.match(bodies[0] ?? '', /invitation_invalid/)
  assert.equal((await offer(again.url.split('/').at(-1) ?? '')).statusCode, 200)
  const listed = (await as('GET', '/api/invitations')).json<{ items: Invitation[] }>().items
  assert.deepEqual(
    [used, withdrawn, replaced, expired].map(({ id }) => listed.find((one) => one.id === id)?.expired),
    [undefined, undefined, false, true],
  )
})

test('of two who accept at once one gets in', async () => {
  const { token, email } = await invite(as, viewer())
  const answers = await Promise.all([accept(server, token), accept(server, token)])
  assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [201, 404])
  const found = await db.selectFrom('person').select('id').where('email', '=', email).execute()
  assert.equal(found.length, 1)
})

test('an e-mail that is taken or invited is said to the administrator, in any case of letters', async () => {
  assert.equal(await codeOf(viewer({ email: administrator.email.toUpperCase() })), 'email_taken')
  const { email } = await invite(as, viewer())
  assert.equal(await codeOf(viewer({ email: email.toUpperCase() })), 'already_invited')
})

test('a bad password leaves the invitation open', async () => {
  const { token, email } = await invite(as, viewer())
  const codes = ['1234567890', email, email.split('@')[0] ?? '', 'short', 'x'.repeat(129)].map(async (bad) => {
    const answer = await accept(server, token, { name: 'New', password: bad })
    return answer.json<Problem>().code
  })
  assert.deepEqual(await Promise.all(codes), [
    'password_common',
    'password_is_email',
    'validation_failed',
    'validation_failed',
    'validation_failed',
  ])
  assert.equal((await accept(server, token)).statusCode, 201)
})

test('fields that are slipped in are refused, by administrators and by those invited (S2)', async () => {
  for (const field of ['id', 'token', 'expires_at', 'invited_by', 'disabled', 'building_id'])
    assert.equal((await as('POST', '/api/invitations', { ...viewer(), [field]: 1 })).statusCode, 400, field)
  const { token } = await invite(as, viewer())
  for (const field of ['role', 'scope', 'email', 'sees_presence', 'id', 'created_at']) {
    const answer = await accept(server, token, { name: 'New', password, [field]: 'administrator' })
    assert.equal(answer.statusCode, 400, field)
  }
  assert.equal((await accept(server, token)).json().user.role, 'viewer')
})

test('what is no address, no scope, or a scope of nowhere is refused', async () => {
  for (const email of ['no address', 'a@b', 'a\u0000@example.com', '.a@example.com', `${'a'.repeat(250)}@example.com`])
    assert.equal(await codeOf(viewer({ email })), 'validation_failed', email)
  assert.equal(await codeOf({ ...viewer(), scope: undefined }), 'scope_missing')
  assert.equal(await codeOf(viewer({ scope: { building_ids: [2_147_483_647], floor_ids: [] } })), 'scope_unknown')
  assert.equal(
    await codeOf(viewer({ role: 'manager', scope: { building_ids: [], floor_ids: [floor.id] } })),
    'scope_not_of_role',
  )
})

test('invitations of an administrator who is disabled end, and another can make a new link', async () => {
  const boss = await createPerson(server, { role: 'administrator' })
  const { id, token } = await invite(boss.as, viewer())
  assert.equal((await offer(token)).statusCode, 200)
  assert.equal((await as('PATCH', `/api/users/${boss.id}`, { disabled: true })).statusCode, 200)
  assert.equal((await offer(token)).statusCode, 404)
  const answer = (await as('POST', `/api/invitations/${id}/reissue`)).json<NewInvitation>()
  assert.equal(answer.expired, false)
  assert.equal((await offer(answer.url.split('/').at(-1) ?? '')).statusCode, 200)
})

test('a building that is deleted meanwhile is no longer part of an invitation', async () => {
  const other = await as('POST', '/api/buildings', { name: 'Gone', timezone: 'UTC' })
  const { id } = other.json<{ id: number }>()
  const { token } = await invite(as, viewer({ scope: { building_ids: [building.id, id], floor_ids: [] } }))
  assert.equal((await as('DELETE', `/api/buildings/${id}`)).statusCode, 204)
  const person = withCookies(server, await accept(server, token))
  assert.equal((await person('GET', '/api/profile')).json().places.length, 1)
})

test('the list is paged in order, each once', async () => {
  const ids: number[] = []
  let cursor: string | null = ''
  do {
    const answer = await as('GET', `/api/invitations?limit=2${cursor && `&cursor=${cursor}`}`)
    const page = answer.json<{ items: Invitation[]; next_cursor: string | null }>()
    ids.push(...page.items.map(({ id }) => id))
    cursor = page.next_cursor
  } while (cursor !== null)
  const all = await db.selectFrom('invitation').select('id').orderBy('id').execute()
  assert.deepEqual(
    ids,
    all.map(({ id }) => id),
  )
})
