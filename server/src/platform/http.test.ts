import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import test from 'node:test'
import { promisify } from 'node:util'
import { IdParams, Name, type Problem } from '@plenum/contract'
import { pino } from 'pino'
import { Type } from 'typebox'
import { createHttp } from './http.ts'

const access = { config: { access: 'anonymous' } } as const
const logged: string[] = []
const app = createHttp(pino({ level: 'info' }, { write: (line: string) => void logged.push(line) }))
app.get('/fails', access, async () => {
  throw new Error('password of the database is hunter2', { cause: new Error('deep') })
})
app.get('/things/:id', { ...access, schema: { params: IdParams } }, async () => 'x')
app.post(
  '/things',
  {
    ...access,
    schema: {
      body: Type.Object({ name: Name, size: Type.Optional(Type.Integer()) }, { additionalProperties: false }),
      querystring: Type.Object({ loud: Type.Optional(Type.Boolean()) }),
    },
  },
  async (request) => request.query,
)

const ask = async (
  method: 'GET' | 'POST' | 'PUT' | 'OPTIONS',
  url: string,
  payload?: object | string,
  headers = {},
) => {
  const answer = await app.inject({ method, url, headers, ...(payload !== undefined && { payload }) })
  return { status: answer.statusCode, headers: answer.headers, body: answer.body, problem: parse(answer.body) }
}
const parse = (body: string): Problem => (body.startsWith('{') ? JSON.parse(body) : {}) as Problem

test('what is our fault is told without detail, and logged with all of it and the same id', async () => {
  const { status, headers, body, problem } = await ask('GET', '/fails')
  assert.equal(status, 500)
  assert.match(String(headers['content-type']), /^application\/problem\+json/)
  assert.deepEqual(Object.keys(problem).sort(), ['code', 'request_id', 'status', 'title', 'type'])
  assert.doesNotMatch(body, /hunter2|deep|\.ts|at /)
  const line = logged.find((one) => one.includes('request failed')) ?? ''
  assert.ok(line.includes('hunter2') && line.includes(String(problem.request_id)))
})

test('every answer has an id: the one that was sent, if it is one', async () => {
  const idOf = async (given?: string) =>
    (await ask('GET', '/things/1', undefined, given === undefined ? {} : { 'x-request-id': given })).headers[
      'x-request-id'
    ]
  assert.equal(await idOf('abc-12345.x:1'), 'abc-12345.x:1')
  for (const odd of ['short', 'x'.repeat(65), 'a"b<script>', undefined]) {
    assert.match(String(await idOf(odd)), /^[\da-f-]{36}$/)
  }
  for (const url of ['/nowhere', '/%zz', '/things/x']) {
    const { headers, problem } = await ask('GET', url)
    assert.ok(headers['x-request-id'])
    assert.equal(headers['x-request-id'], problem.request_id)
  }
})

test('an unknown address is 404, a known one with the wrong method 405 with those that it takes', async () => {
  assert.deepEqual([(await ask('GET', '/nowhere')).status, (await ask('GET', '/things/1/x')).status], [404, 404])
  const { status, headers, problem } = await ask('PUT', '/things/1?x=y')
  assert.deepEqual([status, problem.code, headers['allow']], [405, 'method_not_allowed', 'GET, HEAD'])
  assert.equal((await ask('GET', '/things')).headers['allow'], 'POST')
  assert.equal((await ask('OPTIONS', '/things')).status, 405)
})

test('what is wrong with a request is told field by field', async () => {
  const wrong: [object, { path: string; detail: string }[]][] = [
    [{}, [{ path: 'name', detail: 'is required' }]],
    [{ name: 'x', role: 1 }, [{ path: 'role', detail: 'is not a known field' }]],
    [{ name: 'a\nb' }, [{ path: 'name', detail: 'must be well-formed text without control characters' }]],
    [
      { name: 5, size: '12' },
      [
        { path: 'name', detail: 'must be string' },
        { path: 'size', detail: 'must be integer' },
      ],
    ],
  ]
  for (const [body, errors] of wrong) {
    const { status, problem } = await ask('POST', '/things', body)
    assert.deepEqual([status, problem.code, problem.errors], [400, 'validation_failed', errors])
  }
  assert.match((await ask('GET', '/things/x')).problem.detail ?? '', /^params: id must be integer/)
  assert.equal((await ask('POST', '/things?loud=true', { name: 'x' })).body, '{"loud":true}', 'a query is all text')
  assert.equal((await ask('POST', '/things?loud=yes', { name: 'x' })).status, 400)
})

test('a body that is no JSON, too large, of another type or hostile is refused as what it is', async () => {
  const json = { 'content-type': 'application/json' }
  const cases: [string, object, number, string][] = [
    ['{"name":', json, 400, 'body_not_json'],
    ['', json, 400, 'body_not_json'],
    ['{"__proto__":{"x":1},"name":"x"}', json, 400, 'body_not_json'],
    ['[]', json, 400, 'validation_failed'],
    [`"${'x'.repeat(1024 * 1024)}"`, json, 413, 'body_too_large'],
    ['<x/>', { 'content-type': 'application/xml' }, 415, 'media_type_unsupported'],
    ['['.repeat(50_000) + ']'.repeat(50_000), json, 400, 'validation_failed'],
  ]
  for (const [body, headers, status, code] of cases) {
    const answer = await ask('POST', '/things', body, headers)
    assert.deepEqual([answer.status, answer.problem.code], [status, code], body.slice(0, 40))
  }
})

test('what is not HTTP is answered as such, and the connection closed', async () => {
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const sent = async (text: string): Promise<string> => {
    const socket = net.connect(port, '127.0.0.1')
    socket.setEncoding('utf8')
    let answer = ''
    socket.on('data', (part: string) => (answer += part))
    socket.write(text)
    await once(socket, 'close')
    return answer.split('\r\n')[0] ?? ''
  }
  assert.equal(await sent('hello\r\n\r\n'), 'HTTP/1.1 400 Bad Request')
  assert.equal(
    await sent(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`),
    'HTTP/1.1 431 Request Header Fields Too Large',
  )
  await app.close()
})

test('the log censors what is called a secret, wherever it stands', async () => {
  const script = `
    import { createLog } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)}
    const log = createLog('info')
    log.info({ password: 'hunter2', headers: { authorization: 'hunter2', cookie: 'hunter2' }, a: { b: { token: 'hunter2' } }, key: 'hunter2', secret: 'hunter2', kept: 'yes' }, 'said')
    log.debug('not said')`
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
  assert.equal(stdout, '')
  assert.equal(stderr.trim().split('\n').length, 1)
  assert.match(stderr, /"kept":"yes".*"msg":"said"/)
  assert.doesNotMatch(stderr, /hunter2/)
})
