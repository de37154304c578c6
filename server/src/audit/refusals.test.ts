import assert from 'node:assert/strict'
import test, { beforeEach } from 'node:test'
import type { AuditEntry } from '@plenum/contract'
import { sql } from 'kysely'
import { administrator, caller, createSmallBuilding, startTestServer } from '#test'
import { type By, byRequest, nobody } from './by.ts'

const server = await startTestServer()
const { app, as, services, clock } = server
const { db } = services.database
const { asGateway, gateway } = await createSmallBuilding(server)

let newest = 0
beforeEach(async () => {
  await services.audit.refusals.flush()
  const [last] = (await as('GET', '/api/audit?limit=1')).json<{ items: AuditEntry[] }>().items
  newest = last?.id ?? 0
})
/** Entries of this test, oldest first. */
const refused = async (): Promise<AuditEntry[]> => {
  const { items } = (await as('GET', '/api/audit?outcome=refused&limit=1000')).json<{ items: AuditEntry[] }>()
  return items.filter(({ id }) => id > newest).reverse()
}
const told = (entries: AuditEntry[]) =>
  entries.map(({ action, actor, times, details }) => ({
    action,
    times,
    who: actor.name ?? actor.email ?? actor.kind,
    code: details?.['code'],
    route: details?.['route'],
  }))

test('one refusal is one entry at once, with who, what and from where (S11)', async () => {
  const answer = await asGateway('POST', `/api/buildings`, { name: 'x', timezone: 'UTC' }, { 'user-agent': 'probe/1' })
  assert.equal(answer.statusCode, 403)
  const [entry, ...others] = await refused()
  assert.equal(others.length, 0)
  assert.deepEqual(
    { ...entry, id: 0, at: '', key_id: 0 },
    {
      id: 0,
      at: '',
      actor: { kind: 'gateway', id: String(gateway.id), name: 'East', email: null },
      key_id: 0,
      action: 'access.refused',
      outcome: 'refused',
      times: 1,
      thing: { kind: null, id: null, name: null },
      building_id: null,
      address: '127.0.0.1',
      user_agent: 'probe/1',
      request_id: answer.headers['x-request-id'],
      before: null,
      after: null,
      details: { code: 'not_allowed', method: 'POST', route: '/api/buildings' },
    },
  )
  assert.ok(Number(entry?.key_id) > 0)
})

test('the same again is counted in one more entry', async () => {
  for (let i = 0; i < 50; i++) await asGateway('DELETE', `/api/sensors/${i + 1}`)
  await asGateway('GET', '/api/buildings')
  assert.deepEqual(
    (await refused()).map(({ times }) => times),
    [1, 1],
  )
  await services.audit.refusals.flush()
  const all = await refused()
  assert.deepEqual(told(all), [
    { action: 'access.refused', times: 1, who: 'East', code: 'not_allowed', route: '/api/sensors/:id' },
    { action: 'access.refused', times: 1, who: 'East', code: 'not_allowed', route: '/api/buildings' },
    { action: 'access.refused', times: 49, who: 'East', code: 'not_allowed', route: '/api/sensors/:id' },
  ])
  assert.equal(all[2]?.details?.['since'], new Date(clock.nowMs).toISOString())
})

test('a wrong key, a write from another site and a wrong password are refusals; not being signed in is none', async () => {
  await caller(app, { authorization: 'Bearer plenum_wrong' })('GET', '/api/buildings')
  await as('POST', '/api/buildings', {}, { 'sec-fetch-site': 'cross-site' })
  const email = '  Somebody\u0000@Example.com'
  const sign = { method: 'POST', url: '/api/auth/sign-in/email' } as const
  await app.inject({ ...sign, payload: { email, password: 'no no no no' } })
  await app.inject({ ...sign, payload: { email: administrator.email, password: 'not this one' } })
  await caller(app, {})('GET', '/api/buildings')
  await as('GET', '/api/buildings/2147483647')
  assert.deepEqual(told(await refused()), [
    { action: 'api_key.refused', times: 1, who: 'anonymous', code: 'api_key_invalid', route: '/api/buildings' },
    { action: 'access.refused', times: 1, who: 'anonymous', code: 'cross_site_refused', route: '/api/buildings' },
    { action: 'session.refused', times: 1, who: '  Somebody @Example.com', code: 'sign_in_failed', route: undefined },
    { action: 'session.refused', times: 1, who: administrator.email, code: 'sign_in_failed', route: undefined },
  ])
})

const request = { ip: '10.0.0.1', id: 'request-1', headers: {} } as Parameters<typeof byRequest>[0]
const from = (address: string, email: string): By => ({ ...byRequest(request, { ...nobody, email }), address })
const guess = { action: 'session.refused', details: { code: 'sign_in_failed' } } as const

test('a flood of guesses leaves a bounded number of entries that count every one', async () => {
  const { note, flush } = services.audit.refusals
  const floods: [string, (i: number) => By, number][] = [
    ['one account from one address', () => from('10.0.0.1', 'a@example.com'), 2],
    ['ever new accounts from one address', (i) => from('10.0.0.2', `${i}@example.com`), 22],
    ['one account from ever new addresses', (i) => from(`10.1.${i >> 8}.${i & 255}`, 'a@example.com'), 202],
    ['everything new', (i) => from(`10.2.${i >> 8}.${i & 255}`, `${i}@example.com`), 202],
  ]
  for (const [what, by, most] of floods) {
    await flush()
    const { rows: before } = await sql<{ id: number }>`select max(id) as id from audit_entry`.execute(db)
    await Promise.all(Array.from({ length: 5_000 }, (_, i) => note(by(i), guess)))
    await flush()
    const { rows } = await sql<{ entries: number; times: number }>`
      select count(*) as entries, sum(times) as times from audit_entry where id > ${before[0]?.id}`.execute(db)
    assert.equal(Number(rows[0]?.times), 5_000, what)
    assert.ok(Number(rows[0]?.entries) <= most, `${what}: ${rows[0]?.entries}`)
  }
})

test('what could not be written is written later', async () => {
  const { note, flush } = services.audit.refusals
  await sql`alter table audit_entry rename to away`.execute(db)
  try {
    await note(from('10.3.0.1', 'late@example.com'), guess)
    await note(from('10.3.0.1', 'late@example.com'), guess)
    await flush()
    assert.match(server.logged.join(''), /refusals not noted/)
  } finally {
    await sql`alter table away rename to audit_entry`.execute(db)
  }
  assert.equal((await refused()).length, 0)
  await flush()
  assert.deepEqual(
    (await refused()).map(({ times, actor }) => [times, actor.email]),
    [
      [1, 'late@example.com'],
      [1, 'late@example.com'],
    ],
  )
})
