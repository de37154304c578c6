import assert from 'node:assert/strict'
import test from 'node:test'
import type { Problem } from '@plenum/contract'
import { sql } from 'kysely'
import { administrator, caller, createSmallBuilding, signIn, startTestServer } from '#test'
import { addressOf, routesOf } from './routes-of.ts'

// What another site can make a browser send (S3). That each write is refused is in access-matrix.test.ts.
const server = await startTestServer({ publicUrl: 'https://plenum.example' })
const { app, services, as } = server
const { building, floor, gateway, temperature } = await createSmallBuilding(server)
const signInPath = '/api/auth/sign-in/email'
const post = async (headers: Record<string, string>, payload: string | object, url = signInPath) => {
  const answer = await app.inject({ method: 'POST', url, headers, payload })
  return {
    status: answer.statusCode,
    code: answer.json<Partial<Problem>>().code,
    cookies: answer.headers['set-cookie'],
  }
}

test('nobody is signed in as somebody else by another site', async () => {
  const elsewhere: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example', host: 'plenum.example' },
    { origin: 'https://x.plenum.example', host: 'plenum.example' },
    { origin: 'null', host: 'plenum.example' },
  ]
  for (const headers of elsewhere) {
    const { status, code, cookies } = await post(headers, administrator)
    assert.deepEqual([status, code, cookies], [403, 'cross_site_refused', undefined], JSON.stringify(headers))
  }
})

test('a page that came by http, where the address is https, may not write', async () => {
  const host = 'plenum.example'
  assert.equal((await post({ origin: 'http://plenum.example', host }, administrator)).status, 403)
  assert.equal((await post({ origin: 'https://plenum.example:8443', host }, administrator)).status, 403)
  assert.equal((await post({ origin: 'https://plenum.example', host }, administrator)).status, 200)
  assert.equal((await post({ origin: 'http://10.0.0.5:3000', host: '10.0.0.5:3000' }, administrator)).status, 200)
})

test('types of body that a form can send are taken nowhere', async () => {
  const body = JSON.stringify(administrator)
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    for (const route of routesOf(app).filter(({ method }) => method === 'POST')) {
      const { status } = await post({ 'content-type': type }, body, addressOf(route.url, 1))
      assert.ok([401, 415].includes(status), `${route.url} ${status}`)
      const answer = await as('POST', addressOf(route.url, 2_147_483_647), body, { 'content-type': type })
      if (route.url !== '/api/auth/sign-out') assert.equal(answer.statusCode, 415, route.url)
    }
  }
})

test('no answer lets another site read it', async () => {
  for (const origin of ['https://evil.example', 'null', 'https://plenum.example']) {
    for (const method of ['GET', 'OPTIONS'] as const) {
      const answer = await as(method, '/api/buildings', undefined, { origin, 'access-control-request-method': 'POST' })
      const allowing = Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))
      assert.deepEqual(allowing, [])
    }
  }
})

/** All rows of all tables, but for what notes that somebody looked. */
async function everything(): Promise<string> {
  const { db } = services.database
  const { rows: tables } = await sql<{ name: string }>`
    select oid::regclass::text as name from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'throttle_count' order by 1`.execute(
    db,
  )
  const texts: string[] = []
  for (const { name } of tables) {
    const { rows } = await sql<{ row: string }>`
      select (to_jsonb(t) - 'last_used_at' - 'last_seen_at')::text as row from ${sql.raw(name)} t order by 1`.execute(
      db,
    )
    texts.push(`${name}\n${rows.map(({ row }) => row).join('\n')}`)
  }
  return texts.join('\n')
}

test('what is only looked at changes nothing: a link or a picture of another site does no harm', async () => {
  const person = await signIn(app, administrator)
  const cookieOnly = caller(app, {})
  const parameters: Record<string, number> = { floor_id: floor.id, building_id: building.id }
  const ids = [building.id, floor.id, gateway.id, temperature.id]
  const before = await everything()
  const routes = routesOf(app).filter(({ method }) => ['GET', 'HEAD'].includes(method))
  assert.ok(routes.length > 50)
  for (const { method, url } of routes) {
    for (const id of ids) {
      const filled = url.replaceAll(/:(\w+)/g, (_, name: string) => String(parameters[name] ?? id)).replace('*', 'x')
      for (const call of [person, cookieOnly]) {
        const answer = await call(method as 'GET', `${filled}?sensor_id=${temperature.id}`, undefined, {
          'sec-fetch-site': 'cross-site',
        })
        assert.ok(answer.statusCode < 500, filled)
      }
    }
  }
  assert.equal(await everything(), before)
})
