import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { batchesOf, type WireReading } from './batches.ts'
import { createDelivery, createPacer } from './delivery.ts'
import type { ReadingSource } from './faults.ts'
import { createHttpPost } from './http-post.ts'

const stored = (count: number) => ({ stored: count, duplicates: 0, rejected: 0, errors: [] })
const reading = (value: number): WireReading => ({
  sensor_key: 'demo/1F/co2-1',
  timestamp: '2026-11-23T10:15:00Z',
  value,
})

/** A server that plays its script, one line a request; what it stored in the end is in `kept`. */
const startServer = async (script: ((response: ServerResponse, request: IncomingMessage) => void)[]) => {
  const kept: WireReading[] = []
  const authorizations = new Set<string | undefined>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      authorizations.add(request.headers.authorization)
      const line = script.shift()
      if (line !== undefined) return line(response, request)
      const { readings } = JSON.parse(Buffer.concat(chunks).toString()) as { readings: WireReading[] }
      kept.push(...readings)
      response.setHeader('content-type', 'application/json').end(JSON.stringify(stored(readings.length)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    kept,
    authorizations,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}

const createHarness = (url: string) => {
  const waits: number[] = []
  const events: string[] = []
  const stop = new AbortController()
  const deliver = createDelivery({
    post: createHttpPost({ url, key: 'secret', signal: stop.signal }),
    sleep: async (ms) => {
      waits.push(ms)
    },
    random: () => 0,
    log: (event, detail) => events.push(`${event} ${JSON.stringify(detail)}`),
    signal: stop.signal,
  })
  return { deliver, waits, events, stop }
}

test('a batch survives an overloaded server, a quota and a dropped connection, and arrives once, in order', async (t) => {
  const server = await startServer([
    (response) => response.writeHead(503, { 'retry-after': '7' }).end(),
    (response) => response.writeHead(429, { 'retry-after': '2' }).end('{}'),
    (_, request) => request.socket.destroy(),
    (response) => response.writeHead(500).end('broken'),
  ])
  t.after(server.close)
  const { deliver, waits, events } = createHarness(server.url)
  assert.equal(await deliver([reading(1), reading(2)]), true)
  assert.equal(await deliver([reading(3)]), true)
  assert.deepEqual(
    server.kept.map(({ value }) => value),
    [1, 2, 3],
  )
  assert.deepEqual(waits, [7000, 2000, 1000, 2000])
  assert.deepEqual([...server.authorizations], ['Bearer secret'])
  assert.ok(!events.join().includes('secret'))
  assert.match(events.at(-1) as string, /post_recovered/)
})

test('a server that is not there is asked again, each time later, up to half a minute', async (t) => {
  const server = await startServer([])
  await server.close()
  const { deliver, waits, stop } = createHarness(server.url)
  t.after(() => stop.abort())
  const gaveUp = deliver([reading(1)])
  while (waits.length < 9) await new Promise(setImmediate)
  stop.abort()
  assert.equal(await gaveUp, false)
  assert.deepEqual(waits.slice(0, 9), [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000])
})

test('a batch the server refuses for good is logged and left, so that it blocks nothing', async (t) => {
  const server = await startServer([(response) => response.writeHead(422).end('{"code":"x"}')])
  t.after(server.close)
  const { deliver, events } = createHarness(server.url)
  assert.equal(await deliver([reading(1)]), true)
  assert.equal(await deliver([reading(2)]), true)
  assert.match(events.join(), /batch_refused {"status":422,"readings":1}/)
  assert.equal(server.kept.length, 1)
})

test('rejected readings are counted by their codes', async (t) => {
  const rejected = { ...stored(1), rejected: 1, errors: [{ index: 0, code: 'sensor_unknown', detail: '' }] }
  const server = await startServer([(response) => response.end(JSON.stringify(rejected))])
  t.after(server.close)
  const { deliver, events } = createHarness(server.url)
  await deliver([reading(1), reading(2)])
  assert.deepEqual(events, ['readings_rejected {"rejected":1,"codes":["sensor_unknown"]}'])
})

test('the pacer runs one thing at a time and rests as long as each took, even after a failure', async () => {
  let nowMs = 0
  const trace: string[] = []
  const pace = createPacer({
    clock: () => nowMs,
    sleep: async (ms) => {
      trace.push(`rest ${ms}`)
      nowMs += ms
    },
  })
  const work = (name: string, ms: number) =>
    pace(async () => {
      trace.push(name)
      nowMs += ms
      return name
    })
  const failing = pace(() => Promise.reject(new Error('lost')))
  const results = Promise.all([work('a', 30), work('b', 50)])
  await assert.rejects(failing, /lost/)
  assert.deepEqual(await results, ['a', 'b'])
  await work('c', 1)
  assert.deepEqual(trace.slice(0, 5), ['a', 'rest 30', 'b', 'rest 50', 'c'])
})

test('batches hold every reading once, are no larger than asked, and never cut a second', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 60 }),
      fc.integer({ min: 4, max: 20 }),
      (perSecond, size) => {
        const source: ReadingSource = {
          *readings() {
            for (const [second, count] of perSecond.entries()) {
              for (let i = 0; i < count; i++) yield { sensor_key: `s${i}`, atMs: second * 1000, value: i }
            }
          },
        }
        const toMs = perSecond.length * 1000
        const batches = [...batchesOf(source, { fromMs: 0, toMs }, size)]
        assert.deepEqual(
          batches.flatMap(({ readings }) => readings.map((one) => [one.sensor_key, Date.parse(one.timestamp)])),
          [...source.readings({ fromMs: 0, toMs })].map((one) => [one.sensor_key, one.atMs]),
        )
        assert.equal(batches.at(-1)?.toMs, toMs)
        let fromMs = 0
        for (const batch of batches) {
          assert.ok(batch.readings.length <= size)
          for (const { timestamp } of batch.readings) {
            assert.ok(Date.parse(timestamp) >= fromMs && Date.parse(timestamp) < batch.toMs)
          }
          fromMs = batch.toMs
        }
      },
    ),
  )
})
