import assert from 'node:assert/strict'
import test from 'node:test'
import type {
  RecoveryCodes,
  TwoFactorSetup,
  NewApiKey,
  NewInvitation,
  OwnSession,
  PasswordResetLink,
  User,
} from '@plenum/contract'
import { sql } from 'kysely'
import { administrator, caller, createPerson, createSmallBuilding, send, signIn, startTestServer } from '#test'
import { client, startOpenidProvider } from '../openid-provider.ts'
import { codeAt, cookiesOf, enableTwoFactor, nextStep } from '../second-factor.ts'
import { createAnswerCheck, type Document, operationsOf } from './document.ts'
import { findSecrets } from './secrets.ts'
import { createEntryCheck } from './unaudited.ts'

const publicUrl = 'http://localhost:3000'
const provider = await startOpenidProvider(`${publicUrl}/sign-in/return`)
const openid = { issuer: provider.issuer, ...client, name: 'Example', scopes: 'openid email' }
const server = await startTestServer({ publicUrl, openid })
const { app, as } = server
const document = (await as('GET', '/api/openapi.json')).json<Document>()
const operations = operationsOf(document)
const check = createAnswerCheck(document)
const entries = createEntryCheck(document)
const tokenIn = (url: string): string => url.split('/').at(-1) ?? ''

test('what the server really answers is what the document says, for every operation', async () => {
  const { building, floor, gateway, co2, temperature: old, key } = await createSmallBuilding(server)
  const seen = new Map<string, Set<number>>()
  const say = async (
    call: typeof as,
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    ...rest: unknown[]
  ) => {
    const [ids, body, options = {}] = rest as [
      Record<string, number | string>,
      unknown,
      { query?: string; headers?: object }?,
    ]
    const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(ids[name]))
    const answer = await call(method, url + (options.query ?? ''), body, options.headers as Record<string, string>)
    check(method, path, answer)
    if (!options.query?.includes('dry_run')) entries.note(`${method} ${path}`, answer)
    const statuses = seen.get(`${method} ${path}`) ?? new Set()
    seen.set(`${method} ${path}`, statuses.add(answer.statusCode))
    return answer
  }
  const nobody = caller(app, {})
  const at = new Date(server.clock.nowMs).toISOString()
  await send(as, [{ sensor_id: co2.id, timestamp: at, value: 612 }])

  for (const path of ['/healthz', '/readyz', '/metrics', '/api/auth/get-session', '/api/auth/ways'])
    await say(nobody, 'GET', path)
  await say(nobody, 'POST', '/api/auth/sign-in/email', {}, { ...administrator, password: 'wrong wrong' })
  await say(nobody, 'POST', '/api/auth/sign-in/email', {}, administrator)
  await say(await signIn(app, administrator), 'POST', '/api/auth/sign-out')
  await say(as, 'GET', '/api/auth/get-session')

  const things: [string, object, object][] = [
    ['buildings', { name: 'x', timezone: 'UTC' }, { area_m2: 1.5 }],
    ['floors', { building_id: building.id, name: '9F', level: 9 }, { plan: null }],
    ['zones', { floor_id: floor.id, name: 'Z' }, { outline: [0, 0.5, 1].map((x) => ({ x, y: x })) }],
    [
      'sensors',
      { floor_id: floor.id, sensor_key: 'doc', name: 'x', sensor_type: 'pm2_5' },
      { position: { x: 0, y: 1 } },
    ],
    ['gateways', { building_id: building.id, name: 'Doc' }, { name: 'Doc 2' }],
  ]
  for (const [name, input, patch] of things) {
    const path = `/api/${name}`
    const { id } = (await say(as, 'POST', path, {}, input)).json<{ id: number }>()
    await say(as, 'POST', path, {}, { wrong: 1 })
    if (name !== 'buildings') await say(as, 'POST', path, {}, input)
    await say(as, 'GET', path)
    await say(as, 'GET', path, {}, undefined, { query: '?limit=0' })
    await say(as, 'GET', path, {}, undefined, { query: '?cursor=x' })
    for (const method of ['GET', 'PATCH'] as const) {
      await say(as, method, `${path}/{id}`, { id }, method === 'PATCH' ? patch : undefined)
      await say(as, method, `${path}/{id}`, { id: 2_147_483_647 }, method === 'PATCH' ? patch : undefined)
    }
    await say(as, 'DELETE', `${path}/{id}`, { id }, undefined, { query: name === 'sensors' ? '?confirm=doc' : '' })
    for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
      await say(nobody, method, `${path}/{id}`, { id }, method === 'PATCH' ? patch : undefined)
    }
  }
  await say(as, 'DELETE', '/api/buildings/{id}', building)
  await say(as, 'DELETE', '/api/sensors/{id}', co2)
  await say(as, 'GET', '/api/sensor-types')

  const made = (await say(as, 'POST', '/api/keys', {}, { name: 'doc', expires_in_days: 1 })).json<NewApiKey>()
  const script = caller(app, { authorization: `Bearer ${made.key}` })
  await say(script, 'POST', '/api/keys', {}, {})
  await say(as, 'GET', '/api/keys')
  await say(as, 'DELETE', '/api/keys/{id}', made)
  await say(as, 'DELETE', '/api/keys/{id}', made)
  const ofGateway = (await say(as, 'POST', '/api/gateways/{id}/keys', gateway, {})).json<NewApiKey>()
  await say(as, 'GET', '/api/gateways/{id}/keys', gateway)
  await say(as, 'GET', '/api/gateways/{id}/keys', { id: 2_147_483_647 })
  const rotate = '/api/gateways/{id}/keys/{key_id}/rotate'
  await say(as, 'POST', rotate, { id: gateway.id, key_id: ofGateway.id }, { overlap_hours: 1 })
  await say(as, 'POST', rotate, { id: gateway.id, key_id: ofGateway.id }, {})
  await say(as, 'POST', '/api/keys', {}, { building_ids: [2_147_483_647] })
  const feed = caller(app, { authorization: `Bearer ${ofGateway.key}` })
  await say(feed, 'POST', '/api/sensors/data', {}, { sensor_key: `${key}/co2`, timestamp: at, value: 613 })
  await say(feed, 'POST', '/api/sensors/data', {}, { sensor_key: 'nobody', timestamp: at, value: 613 })
  await say(feed, 'POST', '/api/sensors/data', {}, [])
  const run = JSON.stringify({
    sensor_id: co2.id,
    start: server.clock.nowMs - 9e8,
    step_ms: 60_000,
    values: [612, 613],
  })
  const lines = { headers: { 'content-type': 'application/x-ndjson' } }
  await say(feed, 'POST', '/api/import/readings', {}, `${run}\n`, lines)
  await say(feed, 'POST', '/api/import/readings', {}, run.replace('values', 'value'), lines)
  await say(feed, 'POST', '/api/import/readings', {}, [])
  await say(as, 'DELETE', '/api/gateways/{id}/keys/{key_id}', { id: gateway.id, key_id: ofGateway.id })
  await say(feed, 'POST', '/api/sensors/data', {}, {})

  const invitation = { email: 'new@example.com', role: 'viewer', scope: { building_ids: [], floor_ids: [floor.id] } }
  const invited = (await say(as, 'POST', '/api/invitations', {}, invitation)).json<NewInvitation>()
  await say(as, 'POST', '/api/invitations', {}, invitation)
  await say(as, 'POST', '/api/invitations', {}, { ...invitation, email: 'b@example.com', role: 'manager' })
  await say(as, 'GET', '/api/invitations')
  const { url } = (await say(as, 'POST', '/api/invitations/{id}/reissue', invited)).json<NewInvitation>()
  const token = tokenIn(url)
  const password = 'a window in the east'
  for (const each of [token, tokenIn(invited.url)]) {
    await say(nobody, 'GET', '/api/invitation-links/{token}', { token: each })
    await say(nobody, 'POST', '/api/invitation-links/{token}/accept', { token: each }, { name: 'New', password })
  }
  const other = { ...invitation, email: 'other@example.com' }
  const withdrawn = (await say(as, 'POST', '/api/invitations', {}, other)).json<NewInvitation>()
  for (let i = 0; i < 2; i++) await say(as, 'DELETE', '/api/invitations/{id}', withdrawn)
  const users = (await say(as, 'GET', '/api/users', {}, undefined, { query: '?text=new%40' })).json<{ items: User[] }>()
  const user = users.items[0] as User
  await say(as, 'GET', '/api/users/{id}', user)
  await say(as, 'GET', '/api/users/{id}', { id: 'nobody' })
  await say(as, 'PATCH', '/api/users/{id}', user, { name: 'Newer', sees_presence: true })
  await say(as, 'PATCH', '/api/users/{id}', user, { role: 'technician' })
  const reset = (await say(as, 'POST', '/api/users/{id}/password-reset', user)).json<PasswordResetLink>()
  for (const wanted of ['1234567890', password, password]) {
    await say(nobody, 'GET', '/api/password-resets/{token}', { token: tokenIn(reset.url) })
    await say(nobody, 'POST', '/api/password-resets/{token}', { token: tokenIn(reset.url) }, { password: wanted })
  }
  await say(as, 'PATCH', '/api/users/{id}', user, { disabled: true })
  await say(as, 'POST', '/api/users/{id}/password-reset', user)
  await say(as, 'GET', '/api/profile')
  await say(
    as,
    'PATCH',
    '/api/profile',
    {},
    { locale: null, time_zone: 'Asia/Tokyo', theme: 'dark', units: 'imperial' },
  )
  await say(as, 'PATCH', '/api/profile', {}, { time_zone: 'CET' })
  for (const current_password of ['wrong', administrator.password])
    await say(as, 'POST', '/api/profile/password', {}, { current_password, new_password: password })
  await signIn(app, { email: administrator.email, password })
  const own = (await say(as, 'GET', '/api/auth/sessions')).json<{ items: OwnSession[] }>().items
  const elsewhere = own.find(({ current }) => !current) as OwnSession
  for (let i = 0; i < 2; i++) await say(as, 'DELETE', '/api/auth/sessions/{id}', elsewhere)
  await say(as, 'DELETE', '/api/auth/sessions')

  const twoFactor = '/api/auth/two-factor'
  await say(as, 'GET', twoFactor)
  for (const given of ['wrong', password]) await say(as, 'POST', `${twoFactor}/setup`, {}, { password: given })
  const { secret } = (await as('POST', `${twoFactor}/setup`, { password })).json<TwoFactorSetup>()
  const code = () => codeAt(secret, server.clock.nowMs)
  await say(as, 'POST', `${twoFactor}/enable`, {}, { code: '12 34 56' })
  const enabled = await say(as, 'POST', `${twoFactor}/enable`, {}, { code: code() })
  const [recovery_code] = enabled.json<RecoveryCodes>().recovery_codes
  await say(as, 'POST', `${twoFactor}/enable`, {}, { code: code() })
  await say(as, 'GET', twoFactor)
  const credentials = { email: administrator.email, password }
  const first = await say(nobody, 'POST', '/api/auth/sign-in/email', {}, credentials)
  await say(nobody, 'POST', `${twoFactor}/verify`, {}, { code: code() })
  const onTheWay = caller(app, { cookie: cookiesOf(first) })
  for (const given of ['aaaa-aaaa-aaaa-aaaa', recovery_code])
    await say(onTheWay, 'POST', `${twoFactor}/verify`, {}, { recovery_code: given })
  await say(as, 'POST', `${twoFactor}/recovery-codes`, {}, { password, code: code() })
  nextStep(server)
  await say(as, 'POST', `${twoFactor}/recovery-codes`, {}, { password, code: code() })
  nextStep(server)
  for (let i = 0; i < 2; i++) await say(as, 'POST', `${twoFactor}/disable`, {}, { password, code: code() })
  const protectedOne = await createPerson(server, { role: 'viewer' })
  await enableTwoFactor(server, protectedOne.as, protectedOne.password)
  provider.signedInAs('somebody', { email: protectedOne.email, email_verified: true })
  for (let i = 0; i < 2; i++) {
    const begun = await say(nobody, 'POST', '/api/auth/single-sign-on', {}, { next: '/' })
    const search = await provider.visit(begun.json<{ url: string }>().url)
    const back = caller(app, { cookie: cookiesOf(begun) })
    await say(back, 'POST', '/api/auth/single-sign-on/finish', {}, { search })
    await say(back, 'POST', '/api/auth/single-sign-on/finish', {}, { search })
    for (const what of ['two-factor', 'single-sign-on'])
      await say(as, 'DELETE', `/api/users/{id}/${what}`, { id: protectedOne.id })
  }

  const csv = 'building,floor,level,sensor_key,name,sensor_type\nDoc,1F,1,doc/1,x,co2\n'
  const headers = { 'content-type': 'text/csv' }
  await say(as, 'POST', '/api/import/sensors', {}, csv, { headers, query: '?dry_run=true' })
  await say(as, 'POST', '/api/import/sensors', {}, csv, { headers })
  await say(as, 'POST', '/api/import/sensors', {}, 'x', { headers })
  await say(as, 'POST', '/api/import/sensors', {}, '<x/>', { headers: { 'content-type': 'text/xml' } })

  for (const path of ['/api/dashboard/floor/{floor_id}', '/api/dashboard/floor/{floor_id}/sparklines']) {
    const { headers: given } = await say(as, 'GET', path, { floor_id: floor.id })
    await say(as, 'GET', path, { floor_id: floor.id }, undefined, { headers: { 'if-none-match': given['etag'] } })
    await say(as, 'GET', path, { floor_id: 2_147_483_647 })
  }
  await say(as, 'GET', '/api/dashboard/building/{building_id}', { building_id: building.id })
  await say(as, 'GET', '/api/dashboard/buildings')

  const range = 'from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z'
  for (const resolution of ['raw', '15m', '1h', '1d']) {
    const query = `?${range}&resolution=${resolution}`
    await say(as, 'GET', '/api/dashboard/floor/{floor_id}/history', { floor_id: floor.id }, undefined, { query })
    await say(as, 'GET', '/api/sensors/{id}/history', { id: co2.id }, undefined, { query })
  }
  await say(as, 'GET', '/api/sensors/{id}/series', { id: co2.id }, undefined, { query: `?${range}` })
  await say(as, 'GET', '/api/export', {}, undefined, { query: `?${range}&sensor_id=${co2.id}` })

  const meter = {
    floor_id: floor.id,
    sensor_key: `${key}/meter`,
    name: 'Main',
    sensor_type: 'energy',
    rollover_value: 1e5,
  }
  const { id: meterId } = (await say(as, 'POST', '/api/sensors', {}, meter)).json<{ id: number }>()
  const replacements = '/api/sensors/{id}/meter-replacements'
  const replaced = { at, final_reading: 512.5, first_reading: 0, note: 'x' }
  const { id: replacement_id } = (await say(as, 'POST', replacements, { id: meterId }, replaced)).json<{ id: number }>()
  await say(as, 'POST', replacements, { id: meterId }, replaced)
  await say(as, 'POST', replacements, { id: co2.id }, replaced)
  for (let i = 0; i < 2; i++)
    await say(as, 'POST', `${replacements}/{replacement_id}/withdraw`, { id: meterId, replacement_id })
  await say(as, 'GET', replacements, { id: meterId })

  const kind = { sensor_type: 'co2' }
  await sql`update sensor set created_at = '2000-01-01'`.execute(server.services.database.db)
  await send(as, [{ sensor_id: old.id, timestamp: '2020-01-01T00:00:00Z', value: 20 }])
  await server.services.readings.sealClosedDays()
  await say(as, 'GET', '/api/retention')
  await say(as, 'POST', '/api/retention/dry-run')
  for (const rollup of [{ months: 60 }, { days: 9 }, 'for_ever', 'x']) {
    const periods = { raw: { days: 30 }, rollup }
    await say(as, 'POST', '/api/retention/dry-run', {}, { rules: [{ ...kind, ...periods }] })
    await say(as, 'PUT', '/api/retention/{sensor_type}', kind, periods)
  }
  await say(as, 'DELETE', '/api/retention/{sensor_type}', kind)
  await say(as, 'DELETE', '/api/retention/{sensor_type}', { sensor_type: 'smell' })
  await server.services.readings.dropExpired()
  await say(as, 'GET', '/api/retention/log')
  await say(as, 'GET', '/api/retention/log', {}, undefined, { query: '?cursor=x' })

  for (const [of, { id }] of Object.entries({ floor, building })) {
    await say(as, 'GET', `/api/live/${of}/{id}`, { id })
    await say(as, 'GET', `/api/live/${of}/{id}`, { id: 2_147_483_647 })
  }
  await say(as, 'GET', '/api/live/buildings')

  await say(as, 'GET', '/api/audit')
  await say(as, 'GET', '/api/audit', {}, undefined, { query: '?cursor=x' })
  await say(as, 'GET', '/api/audit/export')

  await server.services.system.beat()
  server.clock.nowMs += 60_000
  await server.services.system.beat()
  await say(as, 'GET', '/api/system')
  await say(as, 'GET', '/api/system/history')
  await say(as, 'GET', '/api/system/history', {}, undefined, { query: '?hours=49' })

  const untold = operations.filter(({ method, path, operation }) => {
    const success = Object.keys(operation.responses).find((status) => status.startsWith('2'))
    return !seen.get(`${method} ${path}`)?.has(Number(success))
  })
  assert.deepEqual(
    untold.map(({ method, path }) => `${method} ${path}`),
    [],
    'operations whose success was not looked at',
  )
})

test('every write that succeeded above has an entry in the audit log, and every export (S11)', async () => {
  assert.deepEqual(await entries.findWrong(server.services.database.db), [])
})

test('no secret stands in the audit log or in a log line after all of that (S9)', async () => {
  const passwords = [administrator.password, 'wrong wrong']
  const { db } = server.services.database
  assert.deepEqual(await findSecrets(db, server.logged, passwords), [])
  assert.equal((await findSecrets(db, [`planted: ${administrator.password}`], passwords)).length, 1)
})
