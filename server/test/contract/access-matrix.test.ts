import assert from 'node:assert/strict'
import test from 'node:test'
import type { NewApiKey } from '@plenum/contract'
import { type Action, can, type Person, type Principal } from '#auth'
import { administrator, type Caller, caller, create, createSmallBuilding, signIn, startTestServer } from '#test'
import { addressOf, type Route, routesOf } from './routes-of.ts'

/** Who may use which route (S1). A route that is not here fails the suite. */
const table = `
anonymous  GET     /healthz
anonymous  GET     /readyz
anonymous  GET     /metrics
anonymous  POST    /api/auth/sign-in/email
anonymous  POST    /api/auth/sign-out
anonymous  GET     /api/auth/get-session
read       GET     /api/openapi.json
read       GET     /api/docs
read       GET     /api/docs/
read       GET     /api/docs/static/index.html
read       GET     /api/docs/static/swagger-initializer.js
read       GET     /api/docs/static/*
read       GET     /api/docs/json
read       GET     /api/docs/yaml
account    GET     /api/keys
account    POST    /api/keys
account    DELETE  /api/keys/:id
configure  GET     /api/gateways/:id/keys
configure  POST    /api/gateways/:id/keys
configure  DELETE  /api/gateways/:id/keys/:key_id
ingest     POST    /api/sensors/data
ingest     POST    /api/import/readings
read       GET     /api/sensor-types
configure  POST    /api/import/sensors
read       GET     /api/dashboard/floor/:floor_id
read       GET     /api/dashboard/floor/:floor_id/sparklines
read       GET     /api/dashboard/building/:building_id
read       GET     /api/dashboard/floor/:floor_id/history
read       GET     /api/sensors/:id/history
read       GET     /api/sensors/:id/series
read       GET     /api/sensors/:id/meter-replacements
configure  POST    /api/sensors/:id/meter-replacements
configure  POST    /api/sensors/:id/meter-replacements/:replacement_id/withdraw
read       GET     /api/export
read       GET     /api/retention
configure  PUT     /api/retention/:sensor_type
configure  DELETE  /api/retention/:sensor_type
configure  POST    /api/retention/dry-run
configure  GET     /api/retention/log
${['buildings', 'floors', 'zones', 'sensors', 'gateways']
  .map(
    (things) => `
read       GET     /api/${things}
read       GET     /api/${things}/:id
configure  POST    /api/${things}
configure  PATCH   /api/${things}/:id
configure  DELETE  /api/${things}/:id`,
  )
  .join('')}`
const accessOf = new Map(
  table
    .trim()
    .split(/\n+/)
    .map((row) => row.split(/\s+/) as [Action, string, string])
    .map(([access, method, url]) => [`${method} ${url}`, access]),
)
/** A HEAD is the GET without its body. */
const rowOf = ({ method, url }: Route): string => `${method === 'HEAD' ? 'GET' : method} ${url}`

const server = await startTestServer()
const { app, as } = server
const { asGateway } = await createSmallBuilding(server)
const { key } = await create<NewApiKey>(as, '/api/keys', { name: 'script' })
const nobody = caller(app, {})
const script = caller(app, { authorization: `Bearer ${key}` })
const routes = routesOf(app)
const isWrite = ({ method }: Route) => method !== 'GET' && method !== 'HEAD'

const ask = async (as_: Caller, route: Route, headers?: Record<string, string>) => {
  const answer = await as_(route.method as 'GET', addressOf(route.url, 2_147_483_647), undefined, headers)
  const code = /"code":"(\w+)"/.exec(answer.body)?.[1] ?? ''
  return { status: answer.statusCode, code, headers: answer.headers }
}

test('every route of the running application has a row, and every row a route', () => {
  assert.ok(routes.length > 50)
  assert.deepEqual([...new Set(routes.map(rowOf))].sort(), [...accessOf.keys()].sort())
})

const user: Person = {
  kind: 'user',
  userId: '',
  email: '',
  name: '',
  role: 'administrator',
  scope: null,
  seesPresence: true,
  key: null,
}
const gateway: Principal = { kind: 'gateway', gatewayId: 1, buildingId: 1, key: { keyId: 1, readingsPerMinute: 1 } }
const callers: [string, Caller, Principal | null][] = [
  ['nobody', nobody, null],
  ['a gateway', asGateway, gateway],
  ['a script', script, { ...user, key: { keyId: 1, readingsPerMinute: 1 } }],
  ['a person', as, user],
]
for (const [who, call, principal] of callers) {
  test(`${who} gets exactly what the table says, on every route`, async () => {
    for (const route of routes) {
      // It would end the session of the others; that it does is tested with sign-in.
      if (route.url === '/api/auth/sign-out') continue
      const access = accessOf.get(rowOf(route)) as Action
      const { status, headers } = await ask(call, route)
      const row = `${who}: ${rowOf(route)} answered ${status}`
      if (can(principal, access)) assert.ok(status !== 401 && status !== 403 && status < 500, row)
      else if (principal === null) {
        assert.equal(status, 401, row)
        assert.equal(headers['www-authenticate'], 'Bearer')
      } else assert.equal(status, 403, row)
    }
  })
}

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
    for (const route of routes.filter((one) => accessOf.get(rowOf(one)) !== 'anonymous')) {
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
      for (const call of [as, nobody]) {
        const { status, code } = await ask(call, route, headers)
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
