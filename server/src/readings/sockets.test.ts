import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import test, { afterEach } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type IngestAnswer, ingestLimits } from '@plenum/contract'
import { connectDirectly } from '#platform'
import { createSmallBuilding, eventually, ingestPath, startTestServer } from '#test'

/** What only a real connection shows: bodies that come slowly, break off or are not read to their end. */
const server = await startTestServer()
const { temperature, apiKey } = await createSmallBuilding(server)
await server.app.listen({ host: '127.0.0.1', port: 0 })
const { port } = server.app.server.address() as AddressInfo
const { db } = server.services.database

let nextMs = server.clock.nowMs - 86_400_000
const reading = (fields: object = {}): string =>
  JSON.stringify({ sensor_id: temperature.id, timestamp: new Date(nextMs++).toISOString(), value: 20, ...fields })

const held = async (): Promise<number> =>
  Number(/^plenum_ingest_bytes_held (\d+)$/m.exec(await server.services.metrics.text())?.[1])
const nothingHeld = () => eventually(held, (bytes) => bytes === 0)
const rowCount = async (): Promise<number> => (await db.selectFrom('reading').select('at').execute()).length

const head = (headers: Record<string, string | number>): string =>
  [
    `POST ${ingestPath} HTTP/1.1`,
    'host: localhost',
    `authorization: Bearer ${apiKey}`,
    ...Object.entries({ 'content-type': 'application/json', ...headers }).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n')

const sockets = new Set<Socket>()
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  sockets.clear()
})

/** A connection and all that came back on it so far. */
function dial() {
  const socket = connect(port, '127.0.0.1')
  sockets.add(socket)
  let received = ''
  socket.on('data', (bytes) => (received += bytes.toString()))
  // A refused body may be answered with a reset after the answer.
  socket.on('error', () => {})
  return {
    socket,
    write: (bytes: string | Buffer) => socket.write(bytes),
    received: () => received,
    answers: (pattern: RegExp) =>
      eventually(
        async () => received,
        (text) => pattern.test(text),
      ),
    closed: () => eventually(async () => socket.closed, Boolean),
  }
}

const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`

test('a body announced over the limit is answered with 413 before any of it is sent, and the connection closed', async () => {
  const caller = dial()
  caller.write(head({ 'content-length': ingestLimits.jsonBytes + 1 }))
  await caller.answers(/^HTTP\/1.1 413 [^]*"code":"body_too_large"/)
  await caller.closed()
  await nothingHeld()
})

test('while announced bodies take all there is, the next is answered with 503 before any of it is sent', async () => {
  const callers = Array.from({ length: 8 }, dial)
  for (const { write } of callers) write(head({ 'content-length': ingestLimits.jsonBytes }))
  await eventually(held, (bytes) => bytes === 8 * ingestLimits.jsonBytes)
  for (const headers of [{ 'content-length': 100 }, { 'transfer-encoding': 'chunked' }]) {
    const late = dial()
    late.write(head(headers))
    await late.answers(/^HTTP\/1.1 503 [^]*retry-after: [1-9][^]*"code":"overloaded"/)
  }
  for (const { socket } of callers) socket.destroy()
  await nothingHeld()
  const caller = dial()
  const body = reading()
  caller.write(`${head({ 'content-length': body.length })}${body}`)
  await caller.answers(/^HTTP\/1.1 200 OK[^]*"stored":1/)
})

test('a body without a length is read to the limit and no further', async () => {
  const caller = dial()
  caller.write(head({ 'transfer-encoding': 'chunked' }))
  const piece = chunk(' '.repeat(64 * 1024))
  while (!caller.socket.destroyed && caller.received() === '') {
    if (!caller.write(piece))
      await Promise.race([once(caller.socket, 'drain'), once(caller.socket, 'close')]).catch(() => {})
    else await new Promise(setImmediate)
  }
  await caller.closed()
  assert.match(caller.received(), /^HTTP\/1.1 413 /)
  // Buffers of both sides, of the parser and of the kernel, but no endless body.
  assert.ok(caller.socket.bytesWritten < 32 * 1024 * 1024, `${caller.socket.bytesWritten} bytes`)
  await nothingHeld()
})

test('a chunked body without a length is stored, after Expect: 100-continue too', async () => {
  const caller = dial()
  caller.write(head({ 'transfer-encoding': 'chunked', expect: '100-continue' }))
  await caller.answers(/^HTTP\/1.1 100 Continue\r\n\r\n$/)
  const body = reading()
  caller.write(chunk(body.slice(0, 20)))
  caller.write(`${chunk(body.slice(20))}0\r\n\r\n`)
  await caller.answers(/HTTP\/1.1 200 OK[^]*"stored":1/)
  caller.socket.destroy()
})

test('a client that goes away in the middle of a body gives its bytes back, and no outage is reported', async () => {
  server.logged.length = 0
  for (const headers of [
    { 'content-length': 1_000_000 },
    { 'transfer-encoding': 'chunked' },
    { 'transfer-encoding': 'chunked', 'content-encoding': 'gzip' },
    { 'content-length': 1_000_000, 'content-type': 'application/x-ndjson' },
    { 'transfer-encoding': 'chunked', 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
  ]) {
    const caller = dial()
    caller.write(head(headers))
    await eventually(held, (bytes) => bytes > 0)
    const body =
      'content-encoding' in headers ? gzipSync(`${reading()}\n`).subarray(0, 30).toString('latin1') : `${reading()}\n`
    caller.write(
      'content-length' in headers ? body : Buffer.from(`${body.length.toString(16)}\r\n${body}\r\n`, 'latin1'),
    )
    caller.socket.destroy()
    await nothingHeld()
  }
  assert.deepEqual(
    server.logged.filter((entry) => entry.includes('request failed')),
    [],
  )
})

test('a client that goes away before it is known who it is leaves nothing held', async () => {
  const before = await held()
  for (let i = 0; i < 20; i++) {
    const caller = dial()
    await once(caller.socket, 'connect')
    caller.write(head({ 'content-length': 100_000 }))
    // Without waiting: some are gone before the key was looked up.
    setTimeout(() => caller.socket.destroy(), i % 5)
    await caller.closed()
  }
  assert.equal(before, 0)
  await nothingHeld()
})

test('bytes stay held until what was read is stored, also when nobody waits for it any more', async () => {
  const blocker = await connectDirectly(server.databaseUrl, 'blocker')
  const before = await rowCount()
  try {
    await blocker.query('begin; lock table reading in exclusive mode')
    const caller = dial()
    const body = `{"readings":[${reading()}]}${' '.repeat(100_000)}`
    caller.write(`${head({ 'content-length': body.length })}${body}`)
    const waiting = async () =>
      (
        await blocker.query(
          `select 1 from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())`,
        )
      ).rowCount
    await eventually(waiting, (count) => count === 1)
    caller.socket.destroy()
    await caller.closed()
    await eventually(
      async () => server.app.server.listening && (await connections()),
      (open) => open === 0,
    )
    assert.ok((await held()) >= 100_000)
  } finally {
    await blocker.end()
  }
  await nothingHeld()
  assert.equal(await rowCount(), before + 1)
})

const connections = () =>
  new Promise<number>((resolve) => server.app.server.getConnections((_, count) => resolve(count)))

test('an error in the middle of NDJSON reaches the sender, who is read on until it notices', async () => {
  // A member that is whole, then one with a block of a type that deflate does not have.
  const brokenGzip = Buffer.concat([gzipSync(`${reading()}\n`), gzipSync('').subarray(0, 10), Buffer.of(7, 7, 7)])
  for (const [body, answer] of [
    [`${reading()}\n${'x'.repeat(ingestLimits.lineBytes + 1)}\n`, /^HTTP\/1.1 413 [^]*line_too_long/],
    [brokenGzip, /^HTTP\/1.1 400 [^]*body_not_gzip/],
  ] as const) {
    const caller = dial()
    const encoding = typeof body === 'string' ? 'identity' : 'gzip'
    caller.write(
      head({ 'content-type': 'application/x-ndjson', 'content-length': 3_000_000, 'content-encoding': encoding }),
    )
    caller.write(body)
    await caller.answers(answer)
    caller.socket.destroy()
  }
  await nothingHeld()
})

test('after an error in the middle of a body the connection still serves the next request', async () => {
  const caller = dial()
  const broken = Buffer.concat([Buffer.alloc(100, 255), Buffer.alloc(2_000_000, 32)])
  caller.write(head({ 'content-length': broken.length, 'content-encoding': 'gzip' }))
  caller.write(broken)
  const body = reading()
  caller.write(`${head({ 'content-length': body.length })}${body}`)
  await caller.answers(/^HTTP\/1.1 400 [^]*HTTP\/1.1 200 OK[^]*"stored":1/)
  caller.socket.destroy()
})

test('a client that breaks off NDJSON leaves what was committed, and can send everything again', async () => {
  const lines = Array.from({ length: 12_000 }, () => reading())
  const before = await rowCount()
  const caller = dial()
  caller.write(head({ 'content-type': 'application/x-ndjson', 'transfer-encoding': 'chunked' }))
  caller.write(chunk(`${lines.slice(0, 7_000).join('\n')}\n`))
  await eventually(rowCount, (count) => count === before + 5_000)
  caller.socket.destroy()
  await nothingHeld()
  assert.equal(await rowCount(), before + 5_000)
  const { stored, duplicates } = await postLines(lines)
  assert.deepEqual([stored, duplicates], [7_000, 5_000])
})

test('60,000 lines are stored as they come: neither the server nor what is on its way grows with them', async () => {
  const count = 60_000
  const pad = 'x'.repeat(4_000)
  const stored = async () =>
    Number(/^plenum_readings_total\{outcome="stored"\} (\d+)$/m.exec(await server.services.metrics.text())?.[1] ?? 0)
  const before = await stored()
  let ahead = 0
  const lines = function* () {
    for (let i = 0; i < count; i++) yield reading({ pad })
  }
  const rssBefore = process.memoryUsage().rss
  let rss = 0
  const answer = await postLines(lines(), async (sent) => {
    ahead = Math.max(ahead, sent - ((await stored()) - before))
    rss = Math.max(rss, process.memoryUsage().rss)
  })
  assert.deepEqual(answer, { stored: count, duplicates: 0, rejected: 0, errors: [] })
  // 250 MB went through. On their way: a chunk, and the buffers of two sockets.
  assert.ok(ahead < 10_000, `${ahead} lines ahead`)
  assert.ok(rss - rssBefore < 150 * 1024 * 1024, `${(rss - rssBefore) / 1024 / 1024} MB`)
})

/** Streams lines and waits where the server does not read on; `watch` is told now and then how many are sent. */
async function postLines(lines: Iterable<string>, watch?: (sent: number) => Promise<void>): Promise<IngestAnswer> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/x-ndjson' }
  const outgoing = request({ port, method: 'POST', path: ingestPath, headers })
  const answering = once(outgoing, 'response')
  let sent = 0
  for (const line of lines) {
    if (!outgoing.write(`${line}\n`)) await once(outgoing, 'drain')
    if (++sent % 1_000 === 0) await watch?.(sent)
  }
  outgoing.end()
  const [incoming] = await answering
  return JSON.parse(Buffer.concat(await incoming.toArray()).toString()) as IngestAnswer
}
