import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import pg from 'pg'
import { pino } from 'pino'
import { buildApp, buildWorkerApp } from '../../src/app.ts'
import { createServices } from '../../src/services.ts'
import { cloneDatabase, createTestClock } from '#test'

const log = pino({ level: 'silent' })
async function start(databaseUrl: string, build: (services: Awaited<ReturnType<typeof createServices>>) => unknown) {
  const services = await createServices({
    databaseUrl,
    replicaUrl: null,
    publicUrl: null,
    address: 'http://localhost:3000',
    log,
    clock: createTestClock(),
  })
  const app = (await build(services)) as Awaited<ReturnType<typeof buildApp>>
  after(async () => {
    await app.close()
    await services.close()
  })
  return app
}
const metricsToken = 'a token of the monitoring'
const url = await cloneDatabase()
const app = await start(url, (services) => buildApp(services, { log, metricsToken, webDir: null }))
const worker = await start(url, (services) => buildWorkerApp(services, { log, metricsToken }))

test('a server with safe settings is ready, web and worker alike', async () => {
  for (const each of [app, worker]) {
    assert.deepEqual((await each.inject('/healthz')).json(), { status: 'ok' })
    const ready = await each.inject('/readyz')
    assert.equal(ready.statusCode, 200)
    assert.equal(ready.json().status, 'ready')
    assert.match(ready.json().checks[0].detail, /at migration \d{4}_/)
  }
  assert.equal((await worker.inject('/api/buildings')).statusCode, 404)
})

test('settings under which an acknowledged reading could be lost make it degraded, and are named (F3)', async () => {
  const unsafe = await cloneDatabase()
  const client = new pg.Client(unsafe)
  await client.connect()
  await client.query(`alter database ${new URL(unsafe).pathname.slice(1)} set synchronous_commit = off`)
  await client.end()
  const degraded = await start(unsafe, (services) => buildApp(services, { log, metricsToken, webDir: null }))
  const ready = await degraded.inject('/readyz')
  assert.equal(ready.statusCode, 200, 'it works')
  assert.equal(ready.json().status, 'degraded')
  assert.match(JSON.stringify(ready.json().checks), /synchronous_commit=off/)
  assert.match((await degraded.inject('/metrics')).body, /^plenum_unsafe_settings 1$/m)
  assert.match((await app.inject('/metrics')).body, /^plenum_unsafe_settings 0$/m)
})

test('metrics are for this machine, or for the token; a proxy on this machine is not this machine', async () => {
  const ask = async (remoteAddress: string, headers: Record<string, string> = {}) =>
    (await app.inject({ url: '/metrics', remoteAddress, headers })).statusCode
  for (const local of ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1']) assert.equal(await ask(local), 200, local)
  for (const other of ['10.0.0.1', '192.168.127.1', '::ffff:10.0.0.1', '2001:db8::1']) {
    assert.equal(await ask(other), 403, other)
    assert.equal(await ask(other, { authorization: `Bearer ${metricsToken}` }), 200)
    assert.equal(await ask(other, { authorization: `Bearer ${metricsToken}x` }), 403)
    assert.equal(await ask(other, { authorization: 'Bearer ' }), 403)
  }
  assert.equal(await ask('127.0.0.1', { 'x-forwarded-for': '10.0.0.1' }), 403)
  assert.equal(await ask('127.0.0.1', { forwarded: 'for=10.0.0.1' }), 403)
})

test('metrics count requests by the pattern of their route, which a caller can not multiply', async () => {
  for (let i = 0; i < 20; i++) await app.inject(`/api/floors/${i}`)
  for (let i = 0; i < 20; i++) await app.inject(`/made-up/${i}`)
  const { body, headers } = await app.inject('/metrics')
  assert.match(String(headers['content-type']), /^text\/plain/)
  assert.match(body, /plenum_http_request_seconds_count\{method="GET",route="\/api\/floors\/:id",status="401"\} 20/)
  assert.match(body, /plenum_http_request_seconds_count\{method="GET",route="none",status="404"\} 20/)
  assert.match(body, /^plenum_pool_connections\{pool="web",state="max"\} \d+$/m)
})
