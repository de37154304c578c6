import assert from 'node:assert/strict'
import test, { beforeEach } from 'node:test'
import type { AuditEntry, NewApiKey } from '@plenum/contract'
import { sql } from 'kysely'
import { administrator, caller, create, createSmallBuilding, send, signIn, startTestServer } from '#test'

const server = await startTestServer()
const { app, as, services } = server
const { db } = services.database
const { building, floor, gateway, temperature, co2, key } = await createSmallBuilding(server)

let newest = 0
beforeEach(async () => {
  await services.audit.refusals.flush()
  const [last] = (await as('GET', '/api/audit?limit=1')).json<{ items: AuditEntry[] }>().items
  newest = last?.id ?? 0
})
/** Entries of this test, oldest first. */
const entries = async (): Promise<AuditEntry[]> => {
  const { items } = (await as('GET', '/api/audit?limit=1000')).json<{ items: AuditEntry[] }>()
  return items.filter(({ id }) => id > newest).reverse()
}
const only = async (): Promise<AuditEntry> => {
  const [entry, ...others] = await entries()
  assert.deepEqual([entry !== undefined, others], [true, []])
  return entry as AuditEntry
}

test('signing in and out are a line each, with who and from where (S11)', async () => {
  const person = await signIn(app, administrator)
  await person('POST', '/api/auth/sign-out', {}, { 'user-agent': 'Browser/1' })
  await person('POST', '/api/auth/sign-out')
  const [signedIn, signedOut, ...others] = await entries()
  assert.deepEqual(others, [], 'a session ends once')
  assert.deepEqual([signedIn?.action, signedOut?.action], ['session.sign_in', 'session.sign_out'])
  assert.deepEqual([signedIn?.address, signedOut?.user_agent], ['127.0.0.1', 'Browser/1'])
  for (const { actor, outcome } of [signedIn, signedOut] as AuditEntry[]) {
    assert.deepEqual([actor.kind, actor.email, outcome], ['person', administrator.email, 'done'])
    assert.ok(actor.id)
  }
})

test('a change has the fields that changed, as they were and as they are', async () => {
  const answer = await as('PATCH', `/api/sensors/${co2.id}`, {
    name: 'Lobby',
    position: { x: 0.5, y: 1 },
    status: 'active',
  })
  const { thing, building_id, before, after, request_id, action } = await only()
  assert.deepEqual(thing, { kind: 'sensor', id: String(co2.id), name: 'Lobby' })
  assert.deepEqual([action, building_id], ['sensor.update', building.id])
  assert.equal(request_id, answer.headers['x-request-id'])
  assert.deepEqual(before, { name: 'co2', position: null })
  assert.deepEqual(after, { name: 'Lobby', position: { x: 0.5, y: 1 } })
})

test('every thing of the registry leaves a line when made, changed and deleted, with its building', async () => {
  const things: [string, string, object, object][] = [
    ['building', 'buildings', { name: 'Annex', timezone: 'UTC' }, { name: 'Annexe' }],
    ['floor', 'floors', { building_id: building.id, name: '9F', level: 9 }, { level: 10 }],
    ['zone', 'zones', { floor_id: floor.id, name: 'Lab' }, { kind: 'lab' }],
    ['gateway', 'gateways', { building_id: building.id, name: 'West' }, { name: 'Far west' }],
    ['sensor', 'sensors', { floor_id: floor.id, sensor_key: 'k', name: 'N', sensor_type: 'co2' }, { name: 'M' }],
  ]
  for (const [kind, path, input, patch] of things) {
    const { id } = await create(as, `/api/${path}`, input)
    await as('PATCH', `/api/${path}/${id}`, patch)
    assert.equal((await as('DELETE', `/api/${path}/${id}?${kind === 'sensor' ? 'confirm=k' : ''}`)).statusCode, 204)
    const [made, changed, gone] = (await entries()).slice(-3)
    assert.deepEqual(
      [made, changed, gone].map((entry) => [entry?.action, entry?.thing.id, entry?.building_id]),
      ['create', 'update', 'delete'].map((what) => [
        `${kind}.${what}`,
        String(id),
        kind === 'building' ? id : building.id,
      ]),
    )
    for (const [field, value] of Object.entries(input)) assert.deepEqual(made?.after?.[field], value)
    assert.deepEqual([made?.before, gone?.after, changed?.after], [null, null, patch])
    for (const [field, value] of Object.entries({ ...input, ...patch })) assert.deepEqual(gone?.before?.[field], value)
  }
})

test('keys: who made and revoked which of whom, and never the key', async () => {
  const made = await create<NewApiKey>(as, `/api/gateways/${gateway.id}/keys`, { name: 'spare' })
  await as('DELETE', `/api/gateways/${gateway.id}/keys/${made.id}`)
  const mine = await create<NewApiKey>(as, '/api/keys', { name: 'script' })
  const script = caller(app, { authorization: `Bearer ${mine.key}` })
  await script('PATCH', `/api/zones/2147483647`, { kind: 'x' })
  await script('PATCH', `/api/floors/${floor.id}`, { area_m2: 12 })
  const all = await entries()
  assert.deepEqual(
    all.map(({ action, thing, building_id, key_id }) => [action, thing.name, building_id, key_id]),
    [
      ['api_key.create', 'spare', building.id, null],
      ['api_key.revoke', 'spare', building.id, null],
      ['api_key.create', 'script', null, null],
      ['floor.update', '3F', building.id, mine.id],
    ],
  )
  assert.deepEqual(all[0]?.details, { gateway_id: gateway.id, gateway_name: 'East' })
  assert.doesNotMatch(JSON.stringify(all), /plenum_/)
})

test('a rotation: until when the old key works, and which key is in its place', async () => {
  const path = `/api/gateways/${gateway.id}/keys`
  const old = await create<NewApiKey>(as, path, { name: 'old', expires_in_days: 100 })
  const made = await create<NewApiKey>(as, `${path}/${old.id}/rotate`, { overlap_hours: 2 })
  const [rotated, created] = (await entries()).slice(-2)
  assert.deepEqual(
    [rotated, created].map((entry) => [entry?.action, entry?.thing.id, entry?.building_id]),
    [
      ['api_key.rotate', String(old.id), building.id],
      ['api_key.create', String(made.id), building.id],
    ],
  )
  assert.equal(rotated?.before?.['expires_at'], old.expires_at)
  const hours = (Date.parse(String(rotated?.after?.['expires_at'])) - Date.now()) / 3_600_000
  assert.ok(hours > 1.9 && hours < 2.1, String(hours))
  const ofGateway = { gateway_id: gateway.id, gateway_name: 'East' }
  assert.deepEqual(rotated?.details, { ...ofGateway, replaced_by: made.id, overlap_hours: 2 })
  assert.deepEqual(created?.details, { ...ofGateway, replaces: old.id })
})

test('an export, a meter replacement and a retention change', async () => {
  const range = 'from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z'
  await as('GET', `/api/export?${range}&sensor_id=${temperature.id}&sensor_id=${co2.id}`)
  const meter = { floor_id: floor.id, sensor_key: `${key}/meter`, name: 'Main', sensor_type: 'energy' }
  const { id } = await create(as, '/api/sensors', meter)
  const replaced = { at: '2026-11-20T00:00:00Z', final_reading: 512.5, first_reading: 0 }
  const replacement = await create(as, `/api/sensors/${id}/meter-replacements`, replaced)
  await as('POST', `/api/sensors/${id}/meter-replacements/${replacement.id}/withdraw`)
  await as('PUT', '/api/retention/co2', { raw: { days: 30 }, rollup: { months: 12 } })
  await as('PUT', '/api/retention/co2', { raw: { days: 30 }, rollup: 'for_ever' })
  await as('DELETE', '/api/retention/co2')
  const [exported, , declared, withdrawn, , changed, ...others] = await entries()
  assert.deepEqual(exported?.details, {
    from: '2026-11-23T00:00:00Z',
    to: '2026-11-24T00:00:00Z',
    format: 'csv',
    sensor_ids: [temperature.id, co2.id],
  })
  assert.equal(declared?.after?.['final_reading'], 512.5)
  assert.deepEqual(
    [declared, withdrawn].map((entry) => [entry?.action, entry?.thing.name, entry?.building_id, entry?.details]),
    ['declare', 'withdraw'].map((what) => [`meter_replacement.${what}`, 'Main', building.id, { sensor_id: id }]),
  )
  assert.deepEqual(Object.keys(withdrawn?.after ?? {}), ['withdrawn_at', 'withdrawn_by'])
  assert.deepEqual([changed?.before, changed?.after], [{ rollup: { months: 12 } }, { rollup: 'for_ever' }])
  assert.deepEqual(
    others.map(({ action }) => action),
    ['retention.change'],
  )
})

test('an import is a line for the file and one for each thing it made or changed; a dry run is none', async () => {
  const line = (n: number, name: string, building_ = 'Harbour') => `${building_},1F,1,Hall,csv/${n},${name},co2\n`
  const csv = (...lines: string[]) => `building,floor,level,zone,sensor_key,name,sensor_type\n${lines.join('')}`
  const bring = (body: string, dry = false) =>
    as('POST', `/api/import/sensors?dry_run=${dry}`, body, { 'content-type': 'text/csv' })
  assert.equal((await bring(csv(line(1, 'A'), line(2, 'B')), true)).statusCode, 200)
  assert.equal((await entries()).length, 0)
  assert.equal((await bring(csv(line(1, 'A'), line(2, 'B')))).statusCode, 200)
  assert.equal((await bring(csv(line(1, 'A'), line(2, 'C'), line(3, 'D')))).statusCode, 200)
  assert.equal((await bring(csv(line(4, 'E'), 'Harbour,1F,2,,csv/5,F,co2\n'))).statusCode, 422, 'another level')
  const all = await entries()
  assert.deepEqual(
    all.map(({ action, thing }) => [action, thing.name]),
    [
      ['building.create', 'Harbour'],
      ['floor.create', '1F'],
      ['zone.create', 'Hall'],
      ['sensor.create', 'A'],
      ['sensor.create', 'B'],
      ['sensor.import', null],
      ['sensor.update', 'C'],
      ['sensor.create', 'D'],
      ['sensor.import', null],
    ],
  )
  assert.deepEqual([all[6]?.before, all[6]?.after], [{ name: 'B' }, { name: 'C' }])
  assert.equal(new Set(all.slice(0, 6).map(({ request_id }) => request_id)).size, 1)
  assert.deepEqual(
    [all[8]?.details?.['rows'], all[8]?.details?.['created_sensors'], all[8]?.details?.['unchanged_sensors']],
    [3, 1, 1],
  )
})

test('readings are not in it: what was measured nobody decided', async () => {
  await send(as, [{ sensor_id: co2.id, timestamp: new Date(server.clock.nowMs).toISOString(), value: 600 }])
  assert.deepEqual(await entries(), [])
})

test('a write that fails leaves no entry', async () => {
  const before = await entries()
  const failing = [
    await as('POST', '/api/floors', { building_id: building.id, name: '3F', level: 3 }),
    await as('PATCH', `/api/sensors/${co2.id}`, { floor_id: 2_147_483_647 }),
    await as('DELETE', `/api/buildings/${building.id}`),
    await as('DELETE', '/api/keys/2147483647'),
    await as('DELETE', `/api/zones/2147483647`),
  ]
  assert.ok(failing.every(({ statusCode }) => statusCode >= 400 && statusCode < 500))
  assert.deepEqual(await entries(), before)
})

test('without its entry no write stands, and nobody is signed in', async () => {
  const script = await create<NewApiKey>(as, '/api/keys', {})
  const state = async () => {
    const tables = ['building', 'floor', 'zone', 'sensor', 'gateway', 'api_key', 'retention_rule', 'meter_replacement']
    const rows = await Promise.all(
      tables.map((table) => sql`select * from ${sql.table(table)} order by 1, 2`.execute(db)),
    )
    return rows.map((result) => result.rows.map((row) => ({ ...(row as object), last_used_at: null })))
  }
  const { id: meter } = await create(as, '/api/sensors', {
    floor_id: floor.id,
    sensor_key: `${key}/second`,
    name: 'Second',
    sensor_type: 'energy',
  })
  const before = await state()
  await sql`alter table audit_entry rename to away`.execute(db)
  try {
    const writes = [
      await as('POST', '/api/buildings', { name: 'x', timezone: 'UTC' }),
      await as('PATCH', `/api/floors/${floor.id}`, { name: '4F' }),
      await as('DELETE', `/api/sensors/${temperature.id}?confirm=${key}/temperature`),
      await as('POST', '/api/import/sensors', 'building,floor,level,sensor_key,name,sensor_type\nx,1F,1,x,x,co2\n', {
        'content-type': 'text/csv',
      }),
      await as('POST', '/api/keys', {}),
      await as('DELETE', `/api/keys/${script.id}`),
      await as('PUT', '/api/retention/co2', { raw: { days: 9 }, rollup: { days: 99 } }),
      await as('POST', `/api/sensors/${meter}/meter-replacements`, {
        at: '2026-11-20T00:00:00Z',
        final_reading: 1,
        first_reading: 0,
      }),
      await as('GET', `/api/export?from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z&sensor_id=${co2.id}`),
      await as('POST', '/api/auth/sign-out'),
    ]
    assert.deepEqual(
      writes.map(({ statusCode }) => statusCode),
      writes.map(() => 500),
    )
    const signing = await app.inject({ method: 'POST', url: '/api/auth/sign-in/email', payload: administrator })
    assert.deepEqual([signing.statusCode, signing.headers['set-cookie']], [500, undefined])
    assert.equal((await as('GET', '/api/buildings')).statusCode, 200, 'still signed in')
  } finally {
    await sql`alter table away rename to audit_entry`.execute(db)
  }
  assert.deepEqual(await state(), before)
})
