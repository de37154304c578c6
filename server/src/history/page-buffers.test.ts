import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import test from 'node:test'
import type { History } from '@plenum/contract'
import { administrator, create, createSmallBuilding, eventually, loadRuns, startTestServer } from '#test'
import { createPageBuffers } from './page-buffers.ts'

/** Answers whose memory is used again: what only real connections show, slow ones and such that break off. */
const server = await startTestServer()
await server.app.listen({ host: '127.0.0.1', port: 0 })
const { port } = server.app.server.address() as AddressInfo
const minuteMs = 60_000
const readings = 8_000

const { floor, key } = await createSmallBuilding(server)
const start = server.clock.nowMs - 10 * 86_400_000
const sensorIds: number[] = []
for (let n = 0; n < 6; n++) {
  const sensor = { floor_id: floor.id, sensor_key: `${key}/${n}`, name: 'S', sensor_type: 'temperature' }
  sensorIds.push((await create(server.as, '/api/sensors', sensor)).id)
}
const valueOf = (n: number, i: number): number => n * 10 + (i % 90) / 10
await loadRuns(
  server.as,
  sensorIds.map((sensor_id, n) => {
    return { sensor_id, start, step_ms: minuteMs, values: Array.from({ length: readings }, (_, i) => valueOf(n, i)) }
  }),
)
const signedIn = await server.app.inject({ method: 'POST', url: '/api/auth/sign-in/email', payload: administrator })
const cookie = signedIn.cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; ')
const range = `from=${new Date(start).toISOString()}&to=${new Date(server.clock.nowMs).toISOString()}`
const pathOf = (n: number): string => `/api/sensors/${sensorIds[n]}/history?${range}&resolution=raw&limit=10000`

function assertOwn(n: number, body: Buffer): void {
  const expected = Array.from({ length: readings }, (_, i) => {
    const timestamp = new Date(start + i * minuteMs).toISOString()
    return { sensor_id: sensorIds[n], timestamp, value: valueOf(n, i), quality: 'good' }
  })
  // Telling in what two long lists differ would take minutes.
  const { records } = JSON.parse(body.toString()) as History
  assert.ok(JSON.stringify(records) === JSON.stringify(expected), 'the answer is another one')
}

/** @param untilBytes breaks off then */
async function ask(n: number, untilBytes = Number.POSITIVE_INFINITY): Promise<void> {
  const sent = request({ host: '127.0.0.1', port, path: pathOf(n), headers: { cookie }, agent: false }).end()
  const [answer] = await once(sent, 'response')
  const chunks: Buffer[] = []
  let received = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    received += chunk.length
    if (received > untilBytes) return void sent.destroy()
  }
  assertOwn(n, Buffer.concat(chunks))
}

test('answers to many at once are each their own, also where some break off', async () => {
  for (let round = 0; round < 4; round++)
    await Promise.all(sensorIds.flatMap((_, n) => [ask(n), ask(n, 100_000), ask(n)]))
})

test('who asks and does not read gets what was answered, though others were answered meanwhile', async () => {
  const connected = once(server.app.server, 'connection')
  const socket = connect(port, '127.0.0.1')
  const [served] = (await connected) as [Socket]
  const turns = [...sensorIds, ...sensorIds].map((_, i) => i % sensorIds.length)
  for (const n of turns) socket.write(`GET ${pathOf(n)} HTTP/1.1\r\nhost: localhost\r\ncookie: ${cookie}\r\n\r\n`)
  // More than the kernel takes of an answer that nobody reads.
  await eventually(
    async () => served.writableLength,
    (bytes) => bytes > 100_000,
  )
  for (let round = 0; round < 3; round++) await Promise.all(sensorIds.map((_, n) => ask(n)))
  let received = Buffer.alloc(0)
  const bodies: Buffer[] = []
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    received = Buffer.concat([received, chunk])
    const headEnd = received.indexOf('\r\n\r\n') + 4
    const length = Number(/content-length: (\d+)/i.exec(received.toString('latin1', 0, headEnd))?.[1])
    if (headEnd < 4 || received.length < headEnd + length) continue
    bodies.push(received.subarray(headEnd, headEnd + length))
    received = received.subarray(headEnd + length)
    if (bodies.length === turns.length) break
  }
  turns.forEach((n, i) => assertOwn(n, bodies[i] as Buffer))
})

test('memory that comes back is used again, a little of it', () => {
  const buffers = createPageBuffers(64)
  const first = buffers.take()
  const second = buffers.take()
  assert.notEqual(first.buffer, second.buffer)
  assert.equal(first.byteLength, 64)
  buffers.giveBack(first)
  assert.equal(buffers.take().buffer, first.buffer)
  assert.notEqual(buffers.take().buffer, first.buffer)
  const many = Array.from({ length: 100 }, () => buffers.take())
  for (const one of many) buffers.giveBack(one)
  const again = new Set(Array.from({ length: 100 }, () => buffers.take()))
  assert.ok(many.filter((one) => again.has(one)).length < 10)
})
