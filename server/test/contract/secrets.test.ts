import assert from 'node:assert/strict'
import test from 'node:test'
import type { NewApiKey } from '@plenum/contract'
import { sql } from 'kysely'
import { administrator, caller, create, createSmallBuilding, ingestPath, send, startTestServer } from '#test'

// No secret in a log line, nor in the database (S9), also where people put them into the wrong places.
const server = await startTestServer()
const { app, services, logged } = server
const { db } = services.database
const mistyped = 'mistyped horse battery'
const madeUp = `plenum_${'A'.repeat(43)}`

const answer = await app.inject({ method: 'POST', url: '/api/auth/sign-in/email', payload: administrator })
const cookies = answer.cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`)
const as = caller(app, { cookie: cookies.join('; ') })
const small = await createSmallBuilding({ ...server, as })
const { key, start } = await create<NewApiKey>(as, '/api/keys', { name: 'script' })

/** Everything that opens something. Of a signed cookie also the token alone. */
const secrets = [
  administrator.password,
  mistyped,
  madeUp,
  key,
  small.apiKey,
  ...answer.cookies.flatMap(({ value }) => [value, encodeURIComponent(value), value.split('.').at(0) ?? '']),
]
const assertHoldsNone = (text: string, where: string): void => {
  for (const secret of secrets) {
    assert.ok(secret.length > 20 || secret === mistyped || secret === administrator.password, secret)
    assert.ok(!text.includes(secret), `${secret} is in ${where}`)
  }
}

async function misuse(): Promise<void> {
  const script = caller(app, { authorization: `Bearer ${key}` })
  await script('GET', '/api/buildings')
  for (const secret of secrets) {
    const encoded = encodeURIComponent(secret)
    for (const path of ['/api/buildings', '/api/sensors/1', '/api/nothing', '/healthz', ingestPath, '/floors/1'])
      await as('GET', `${path}?key=${encoded}&token=${encoded}&password=${encoded}`)
    await as('GET', `/api/sensors/${encoded}`)
    await as('GET', `/api/${encoded}`)
    await as('GET', `/api/buildings?cursor=${encoded}`)
    await as('GET', `/api/export?sensor_id=${encoded}&from=${encoded}&to=${encoded}`)
    for (const header of ['authorization', 'x-api-key', 'referer', 'user-agent', 'if-none-match', 'origin'])
      await caller(app, { [header]: secret })('POST', '/api/buildings', {})
    await caller(app, { authorization: `Basic ${btoa(`admin:${secret}`)}` })('GET', '/api/buildings')
    await caller(app, { cookie: `plenum.session_token=${encoded}; =${secret}; ${secret}` })('GET', '/api/buildings')
    await as('POST', '/api/buildings', { name: 'x', timezone: secret })
    await as('POST', '/api/buildings', `{"name": "${secret}"`, { 'content-type': 'application/json' })
    await as('POST', '/api/buildings', secret, { 'content-type': 'application/x-secret' })
    await as('POST', '/api/keys', { name: 'x', expires_in_days: secret })
    await as('POST', '/api/import/sensors', `building,${secret}\n${secret}`, { 'content-type': 'text/csv' })
    await small.asGateway('POST', ingestPath, { readings: [{ sensor_key: secret, timestamp: secret, value: secret }] })
    const body = { ...administrator, password: secret === administrator.password ? mistyped : secret }
    for (const payload of [body, { ...body, extra: secret }, { email: secret, password: secret }])
      await app.inject({ method: 'POST', url: '/api/auth/sign-in/email', payload, remoteAddress: '10.0.0.9' })
    await app.inject({ method: 'GET', url: `/api/auth/reset-password/${encoded}` })
  }
  await send(small.asGateway, [{ sensor_id: small.co2.id, timestamp: '2026-11-23T10:00:00Z', value: 600 }])
}

/** Every column of every table of every schema of ours, as text. */
async function everyTable(): Promise<Map<string, string>> {
  const { rows: tables } = await sql<{ name: string }>`
    select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
      and n.nspname !~ '^pg_|^_?timescaledb'`.execute(db)
  const texts = new Map<string, string>()
  for (const { name } of tables) {
    const { rows } = await sql<{ text: string }>`select t::text as text from ${sql.raw(name)} as t`.execute(db)
    texts.set(name, rows.map(({ text }) => text).join('\n'))
  }
  return texts
}

test('no password, cookie or key is ever in the log, wherever a request puts it', async () => {
  await misuse()
  const log = logged.join('\n')
  assert.ok(logged.length > 200, 'requests are logged')
  assert.ok(log.includes('"status":400') && log.includes('"status":401'))
  assertHoldsNone(log, 'the log')
  for (const { token } of await db.selectFrom('session').select('token').execute()) assert.ok(!log.includes(token))
  for (const { password } of await db.selectFrom('credential').select('password').execute())
    assert.ok(!log.includes(String(password)))
})

test('an error of the database is logged without the row it was about', async () => {
  const row = { id: 'x', account_id: 'x', provider_id: 'x', password: mistyped }
  app.log.error({ err: await failure({ ...row, user_id: 'nobody' }) }, 'a key that leads nowhere')
  await sql`alter table credential add constraint no_such check (provider_id <> 'x')`.execute(db)
  const error = await failure({ ...row, user_id: 'nobody' })
  assert.ok(JSON.stringify(error).includes(mistyped), 'PostgreSQL quotes the row')
  app.log.error({ err: new Error('failed', { cause: error }) }, 'a check')
  await sql`alter table credential drop constraint no_such`.execute(db)
  const lines = logged.slice(-2).join('\n')
  assert.match(lines, /credential_user_id_fkey/)
  assert.match(lines, /no_such.*"code":"23514"|"code":"23514".*no_such/)
  assertHoldsNone(lines, 'the log')
})

async function failure(row: {
  id: string
  account_id: string
  provider_id: string
  password: string
  user_id: string
}) {
  return db
    .insertInto('credential')
    .values(row)
    .execute()
    .then(
      () => assert.fail('it is refused'),
      (error: unknown) => error,
    )
}

test('no table holds anything that opens something', async () => {
  const texts = await everyTable()
  for (const name of ['person', 'session', 'credential', 'api_key', 'throttle_count'])
    assert.ok(texts.get(name), `${name} has rows`)
  for (const [name, text] of texts) assertHoldsNone(text, name)
})

test('a key is 256 random bits, shown once, and kept as a hash', async () => {
  assert.match(key, /^plenum_[\w-]{43}$/)
  assert.equal(Buffer.from(key.slice('plenum_'.length), 'base64url').length, 32)
  const list = await as('GET', '/api/keys')
  assert.ok(!list.body.includes(key) && list.body.includes(start))
  assert.ok(start.length <= 'plenum_'.length + 5)
  const [row] = await db.selectFrom('api_key').select('hash').execute()
  assert.equal(row?.hash.length, 32)
  const { key: second } = await create<NewApiKey>(as, '/api/keys', {})
  assert.notEqual(second, key)
})

test('two installations have no secret in common, and none stands in the code', async () => {
  const other = await startTestServer()
  const secretsOf = async (of: typeof db) =>
    (await of.selectFrom('installation_secret').selectAll().orderBy('name').execute()).map(({ name, value }) => {
      assert.equal(Buffer.from(value, 'base64url').length, 32, name)
      return value
    })
  const [mine, theirs] = [await secretsOf(db), await secretsOf(other.services.database.db)]
  assert.ok(mine.length >= 2 && mine.length === theirs.length)
  assert.equal(new Set([...mine, ...theirs]).size, mine.length * 2)
  const cookie = cookies.join('; ')
  assert.equal((await caller(other.app, { cookie })('GET', '/api/buildings')).statusCode, 401)
})
