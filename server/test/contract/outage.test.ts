import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import test, { after } from 'node:test'
import type { Problem } from '@plenum/contract'
import { pino } from 'pino'
import { bySystem } from '#audit'
import { buildApp } from '../../src/app.ts'
import { createServices } from '../../src/services.ts'
import { cookieOf, readLive } from '../live-stream.ts'
import { administrator, assertPoolAtRest, cloneDatabase, createTestClock, create, eventually, signIn } from '#test'

/** A way to the database that can be cut. */
async function cuttable(databaseUrl: string) {
  const target = new URL(databaseUrl)
  const open = new Set<net.Socket>()
  const server = net.createServer((near) => {
    const far = net.connect(Number(target.port), target.hostname)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket)
      socket
        .on('error', () => {})
        .on('close', () => {
          open.delete(socket)
          other.destroy()
        })
      socket.pipe(other)
    }
  })
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as net.AddressInfo).port
  }
  const port = await listen(0)
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  const cut = async (): Promise<void> => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of open) socket.destroy()
    await closed
  }
  return { url: url.href, cut, mend: () => listen(port) }
}

const wire = await cuttable(await cloneDatabase())
const logged: string[] = []
const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) })
const clock = createTestClock()
const services = await createServices({
  databaseUrl: wire.url,
  replicaUrl: null,
  publicUrl: null,
  address: 'http://localhost:3000',
  log,
  clock,
})
const app = await buildApp(services, { log, metricsToken: null, webDir: null })
await services.people.administrators.create(administrator.email, administrator.password, bySystem('test'))
after(async () => {
  await app.close()
  await services.close()
  await wire.cut()
})

test('with the database away every answer is 503 and says when to try again; back, all goes on', async () => {
  const as = await signIn(app, administrator)
  assert.equal((await as('GET', '/readyz')).json().status, 'ready')
  await wire.cut()

  const ndjson = { 'content-type': 'application/x-ndjson' }
  const requests: Parameters<typeof as>[] = [
    ['GET', '/api/buildings'],
    ['POST', '/api/buildings', { name: 'x', timezone: 'UTC' }],
    ['GET', '/api/dashboard/floor/1'],
    ['GET', '/api/keys'],
    ['POST', '/api/sensors/data', { sensor_id: 1, timestamp: '2026-11-23T10:00:00Z', value: 1 }],
    ['POST', '/api/import/readings', '{"sensor_id":1,"start":0,"step_ms":1,"values":[1]}', ndjson],
    ['GET', '/api/auth/get-session'],
    ['POST', '/api/auth/sign-in/email', administrator],
    ['POST', '/api/auth/sign-out'],
    ['GET', '/api/buildings', undefined, { authorization: `Bearer plenum_${'x'.repeat(43)}` }],
  ]
  for (const request of requests) {
    const answer = await as(...request)
    assert.equal(answer.statusCode, 503, `${request[0]} ${request[1]}: ${answer.body}`)
    const { code, detail = '' } = answer.json<Problem>()
    assert.equal(code, 'database_unavailable')
    assert.ok(Number(answer.headers['retry-after']) > 0)
    assert.doesNotMatch(answer.body, /ECONN|127\.0\.0\.1|select|insert/i)
    assert.doesNotMatch(detail, /nothing was stored/i, 'who knows')
  }
  assert.equal((await as('GET', '/healthz')).statusCode, 200)
  const ready = await as('GET', '/readyz')
  assert.equal(ready.statusCode, 503)
  assert.deepEqual(
    ready.json().checks.map(({ name, ok }: { name: string; ok: boolean }) => [name, ok]),
    [
      ['database', false],
      ['durability', false],
    ],
  )
  assert.equal((await as('GET', '/metrics')).statusCode, 200)
  assert.ok(logged.some((line) => line.includes('"code":"database_unavailable"') && line.includes('ECONN')))

  await wire.mend()
  await eventually(
    async () => (await as('GET', '/api/buildings')).statusCode,
    (status) => status === 200,
    5_000,
  )
  assert.equal((await as('GET', '/readyz')).json().status, 'ready')
  await assertPoolAtRest(services)
})

test('live streams stay open while the database is away, send nothing that nobody could allow, and go on', async () => {
  const as = await signIn(app, administrator)
  const { id } = await create(as, '/api/buildings', { name: 'Outage', timezone: 'UTC' })
  const reader = await readLive(app, { url: `/api/live/building/${id}`, headers: await cookieOf(app, administrator) })
  const passSeconds = async (): Promise<void> => {
    clock.nowMs += 6_000
    await services.live.beat()
  }
  logged.length = 0
  await wire.cut()
  for (let i = 0; i < 5; i++) await passSeconds()
  assert.equal(reader.isEnded(), false)
  assert.match(reader.text(), /^:$/m, 'it says that it is there')
  assert.equal(logged.filter((line) => line.includes('are not known')).length, 1, 'said once')

  await wire.mend()
  await eventually(
    async () => (await as('PATCH', `/api/buildings/${id}`, { name: 'Back' })).statusCode,
    (status) => status === 200,
  )
  await eventually(
    async () => {
      await passSeconds()
      return JSON.stringify(reader.events().at(-1))
    },
    (event) => event.includes('Back'),
  )
  reader.leave()
  await assertPoolAtRest(services)
})
