import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import test from 'node:test'
import { pino } from 'pino'
import { answerAtOnce, type AtOnce } from './at-once.ts'
import { createHttp } from './http.ts'
import { createMetrics } from './metrics.ts'

const logged: string[] = []
const log = pino({ level: 'info' }, { write: (line) => void logged.push(line) })
const metrics = createMetrics()
const app = createHttp(log)
app.get('/thing', () => 'routed')
const atOnce: AtOnce = {
  route: '/thing',
  status: 200,
  headers: ['etag', '"1"', 'content-length', '7'],
  bytes: Buffer.from('at once'),
}
let found: () => AtOnce | null = () => null
answerAtOnce(app, { log, metrics, find: () => found() })
const address = await app.listen({ port: 0, host: '127.0.0.1' })
test.after(() => app.close())
const ask = async (init?: RequestInit) => {
  const answer = await fetch(`${address}/thing`, init ?? {})
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

test('what is there is answered at once, with what every answer carries, and noted as every request', async () => {
  found = () => atOnce
  logged.length = 0
  const answer = await ask({ headers: { 'x-request-id': 'from-the-caller' } })
  found = () => null
  const routed = await ask()
  assert.deepEqual([answer.text, routed.text], ['at once', 'routed'])
  for (const [name, value] of routed.headers)
    if (!['content-type', 'content-length', 'date', 'x-request-id', 'cache-control'].includes(name))
      assert.equal(answer.headers.get(name), value, name)
  assert.equal(answer.headers.get('x-request-id'), 'from-the-caller')
  const lines = logged.map((line) => JSON.parse(line) as Record<string, unknown>)
  assert.deepEqual(
    lines.map(({ msg, method, route, status }) => [msg, method, route, status]),
    Array.from({ length: 2 }, () => ['request', 'GET', '/thing', 200]),
  )
  assert.equal(lines[0]?.['request_id'], 'from-the-caller')
  assert.match(await metrics.text(), /plenum_http_request_seconds_count\{method="GET",route="\/thing",status="200"\} 1/)
})

test('what is not there, is no plain GET, or fails, goes the usual way', async () => {
  found = () => null
  assert.equal((await ask()).text, 'routed')
  found = () => atOnce
  assert.equal((await ask({ method: 'HEAD' })).headers.get('etag'), null)
  assert.equal((await ask({ method: 'POST' })).status, 405)
  found = () => {
    throw new Error('a mistake of ours')
  }
  assert.equal((await ask()).text, 'routed')

  found = () => atOnce
  const socket = connect(Number(new URL(address).port), '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => (text += String(chunk)))
  socket.write(
    'GET /thing HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabcGET /thing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
  )
  await once(socket, 'close')
  assert.match(text, /routed[^]*at once$/, 'two answers over one connection, in order')
})

test('a 304 has no body, and the connection goes on', async () => {
  found = () => ({ ...atOnce, status: 304, headers: ['etag', '"1"'], bytes: null })
  const socket = connect(Number(new URL(address).port), '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => (text += String(chunk)))
  socket.write('GET /thing HTTP/1.1\r\nhost: x\r\n\r\nGET /thing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  await once(socket, 'close')
  assert.equal(text.match(/HTTP\/1\.1 304 Not Modified/g)?.length, 2)
  assert.equal(text.split('\r\n\r\n').filter((part) => part !== '').length, 2)
})
