import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { administrator, caller, type Caller, signIn, startTestServer } from '#test'
import { createScene } from './access-scene.ts'
import { accessOf, everybody, mayDo, unknown, type Who } from './access-table.ts'
import { addressOf, type Route, routesOf } from './routes-of.ts'

/** Who may use which route, whatever it is asked for (S1). What they then see is in access-scope.test.ts. */
const webDir = await mkdtemp(join(tmpdir(), 'plenum-access-'))
after(() => rm(webDir, { recursive: true }))
await writeFile(join(webDir, 'index.html'), '<!doctype html>')
const server = await startTestServer({ webDir })
const { app, as } = server
const { actors } = await createScene(server)
const nobody = caller(app, {})
const routes = routesOf(app)
const isWrite = ({ method }: Route) => method !== 'GET' && method !== 'HEAD'

/** A HEAD is the GET without its body. */
const rowOf = ({ method, url }: Route): string =>
  `${method === 'HEAD' ? 'GET' : method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`
const accessTo = (route: Route) => {
  const access = accessOf.get(rowOf(route))
  assert.ok(access, `${rowOf(route)} has no row in access-table.ts`)
  return access
}

const ask = async (who: Caller, route: Route, headers?: Record<string, string>) => {
  const answer = await who(route.method as 'GET', addressOf(route.url, 2_147_483_647), undefined, headers)
  const code = /"code":"(\w+)"/.exec(answer.body)?.[1] ?? ''
  return { status: answer.statusCode, code, headers: answer.headers }
}

test('every route of the running application has a row, and every row a route', () => {
  assert.ok(routes.length > 50)
  assert.deepEqual([...new Set(routes.map(rowOf))].sort(), [...accessOf.keys()].sort())
})

const oftenAsked = /sign-(out|in)/
for (const who of everybody) {
  test(`${who} gets exactly what the table says, on every route`, async () => {
    // Signing out would end the session of the others, signing in too often is refused; both have tests of their own.
    for (const route of routes.filter(({ url }) => !oftenAsked.test(url))) {
      const access = accessTo(route)
      const { status, code, headers } = await ask(actors[who].as, route)
      const row = `${who}: ${rowOf(route)} answered ${status} ${code}`
      if (mayDo[access].includes(who)) assert.ok(status !== 401 && status !== 403 && status < 500, row)
      else if (unknown.includes(who)) {
        assert.equal(status, 401, row)
        assert.equal(headers['www-authenticate'], 'Bearer')
      } else {
        assert.equal(status, 403, row)
        if (route.method !== 'HEAD') assert.equal(code, 'not_allowed', row)
      }
    }
  })
}

test('who is disabled is nobody', async () => {
  const answer = await actors['somebody disabled'].as('GET', '/api/auth/get-session')
  assert.deepEqual(answer.json(), { user: null })
})

const { key } = (await as('POST', '/api/keys', {})).json<{ key: string }>()
const strangers: [string, Record<string, string>][] = [
  ['a key that never was', { authorization: `Bearer plenum_${'A'.repeat(43)}` }],
  ['a key with a letter changed', { authorization: `Bearer ${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}` }],
  ['no key at all', { authorization: 'Bearer ' }],
  ['a password in the header', { authorization: `Basic ${btoa(`${administrator.email}:${administrator.password}`)}` }],
  ['a cookie of nobody', { cookie: 'plenum.session_token=abc.def' }],
  ['a cookie that is no cookie', { cookie: 'plenum.session_token=%E0%A4%A; =;;' }],
  ['a cookie with an empty token', { cookie: 'plenum.session_token=' }],
]
for (const [what, headers] of strangers) {
  test(`${what} opens nothing`, async () => {
    for (const route of routes.filter((one) => accessTo(one) !== 'anonymous')) {
      const { status, code } = await ask(caller(app, headers), route)
      assert.equal(status, 401, rowOf(route))
      if (route.method !== 'HEAD') assert.match(code, /^(not_signed_in|api_key_invalid)$/)
    }
  })
}

const foreign: Record<string, string>[] = [
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { origin: 'http://localhost:80.evil.example' },
  { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
]
test('a write that a browser sends from another site is refused on every route, with cookies and without', async () => {
  for (const route of routes.filter(isWrite)) {
    for (const headers of foreign) {
      for (const who of [as, nobody]) {
        const { status, code } = await ask(who, route, headers)
        assert.deepEqual([status, code], [403, 'cross_site_refused'], `${rowOf(route)} ${JSON.stringify(headers)}`)
      }
    }
  }
})

test('a write from our own pages, from a program and with a key is not', async () => {
  const own = [{ 'sec-fetch-site': 'same-origin' }, { origin: 'http://localhost:3000', host: 'localhost:3000' }, {}]
  for (const headers of own as Record<string, string>[]) {
    const answer = await as('POST', '/api/buildings', { name: 'x', timezone: 'UTC' }, headers)
    assert.equal(answer.statusCode, 201, answer.body)
  }
  const script = caller(app, { authorization: `Bearer ${key}` })
  for (const headers of foreign) {
    const answer = await script('POST', '/api/buildings', { name: 'x', timezone: 'UTC' }, headers)
    assert.equal(answer.statusCode, 201, 'a key is not sent by a browser on its own')
  }
})

test('a route answers to HEAD with the headers of its GET and no body', async () => {
  const person = await signIn(app, administrator)
  for (const url of ['/api/buildings', '/api/sensor-types', '/api/auth/get-session', '/api/keys', '/healthz']) {
    const [head, get] = [await person('HEAD', url), await person('GET', url)]
    assert.deepEqual([head.statusCode, head.body], [200, ''], url)
    assert.equal(head.headers['content-type'], get.headers['content-type'])
    assert.equal(head.headers['content-length'], get.headers['content-length'])
  }
})

test('the table knows everybody in these tests', () => {
  assert.deepEqual([...everybody].sort(), Object.keys(actors).sort() as Who[])
})
