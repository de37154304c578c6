import assert from 'node:assert/strict'
import test from 'node:test'
import { createHttp } from './http.ts'
import { createLog } from './log.ts'

const log = createLog('silent')
const serve = (settings: Parameters<typeof createHttp>[1] = {}) => {
  const app = createHttp(log, settings)
  app.get('/who', { config: { access: 'anonymous' } }, async ({ ip, host, protocol }) => ({ ip, host, protocol }))
  app.post('/fails', { config: { access: 'anonymous' } }, async () => {
    throw new Error('not today')
  })
  return app
}
const plain = serve()
const secure = serve({ overTls: true })

const everyAnswer: [method: 'GET' | 'POST', url: string, status: number][] = [
  ['GET', '/who', 200],
  ['GET', '/nothing', 404],
  ['GET', '/%zz', 400],
  ['POST', '/who', 405],
  ['POST', '/fails', 500],
]
for (const [method, url, status] of everyAnswer) {
  test(`an answer ${status} carries every header of the browser's protection`, async () => {
    const { statusCode, headers } = await plain.inject({ method, url })
    assert.equal(statusCode, status)
    assert.match(String(headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/)
    const { 'permissions-policy': permissions, ...others } = headers
    assert.match(String(permissions), /camera=\(\).*geolocation=\(\)/)
    const expected = {
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    }
    assert.deepEqual({ ...others, ...expected }, others)
    for (const told of ['server', 'x-powered-by', 'access-control-allow-origin']) assert.equal(headers[told], undefined)
  })
}

test('browsers are told to insist on https only where people come by https', async () => {
  assert.equal((await plain.inject('/who')).headers['strict-transport-security'], undefined)
  assert.equal((await secure.inject('/who')).headers['strict-transport-security'], 'max-age=31536000')
})

test('plain text, which a form of any site can send, is no body here', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const answer = await plain.inject({
      method: 'POST',
      url: '/fails',
      headers: { 'content-type': type },
      payload: 'x',
    })
    assert.equal(answer.statusCode, 415, type)
  }
})

const ask = async (app: typeof plain, remoteAddress: string, headers: Record<string, string>) => {
  const answer = await app.inject({ url: '/who', remoteAddress, headers: { host: 'plenum', ...headers } })
  return answer.statusCode === 200 ? (answer.json() as Record<string, string>) : answer.json().code
}
const forwarded = { 'x-forwarded-for': '203.0.113.5', 'x-forwarded-host': 'evil', 'x-forwarded-proto': 'https' }

test('without trusted proxies nobody is believed', async () => {
  const believed = { ip: '127.0.0.1', host: 'plenum', protocol: 'http' }
  assert.deepEqual(await ask(plain, '127.0.0.1', forwarded), believed)
  assert.deepEqual(await ask(plain, '127.0.0.1', { ...forwarded, 'x-forwarded-for': 'nonsense' }), believed)
})

test('a trusted proxy is believed as far as proxies are trusted, and nobody else', async () => {
  const app = serve({ trustedProxies: ['10.0.0.0/8', '::1'] })
  const ipOf = async (from: string, chain: string) => {
    const answer = await ask(app, from, { 'x-forwarded-for': chain })
    return typeof answer === 'string' ? answer : answer['ip']
  }
  assert.equal(await ipOf('10.0.0.1', '203.0.113.5'), '203.0.113.5')
  assert.equal(await ipOf('::1', '2001:db8::5'), '2001:db8::5')
  assert.equal(await ipOf('::ffff:10.0.0.1', '203.0.113.5'), '203.0.113.5')
  assert.equal(
    await ipOf('10.0.0.1', '1.1.1.1, 203.0.113.5'),
    '203.0.113.5',
    'what the caller itself claims is left of it',
  )
  assert.equal(await ipOf('10.0.0.1', '1.1.1.1, 203.0.113.5, 10.0.0.2'), '203.0.113.5', 'two proxies')
  assert.equal(await ipOf('192.0.2.1', '203.0.113.5'), '192.0.2.1', 'no proxy of ours')
  assert.equal(await ipOf('192.0.2.1', 'nonsense'), '192.0.2.1')
  for (const nonsense of ['nonsense', '203.0.113.5:8080', '<script>', 'unknown'])
    assert.equal(await ipOf('10.0.0.1', nonsense), 'forwarded_address_invalid', nonsense)
})
