import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { WireReading } from './batches.ts'
import { parseCommandLine, parseHandover } from './command-line.ts'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))
const keys = { 'demo-gateway-1': 'key-of-the-first', 'demo-gateway-2': 'key-of-the-second' }

const startIngest = async (t: TestContext) => {
  const keyOfSensor = new Map<string, string>()
  let heard = (): void => {}
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const sent =
        request.url === '/api/sensors/data'
          ? (JSON.parse(text) as { readings: WireReading[] }).readings
          : text.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line) as { sensor_key: string })))
      for (const { sensor_key } of sent) keyOfSensor.set(sensor_key, request.headers.authorization ?? '')
      response.end(JSON.stringify({ stored: sent.length, duplicates: 0, rejected: 0, errors: [] }))
      heard()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keyOfSensor,
    until: async (condition: () => boolean): Promise<void> => {
      while (!condition()) {
        await new Promise<void>((resolve) => {
          heard = resolve
        })
      }
    },
  }
}

const run = (t: TestContext, args: string[]): { child: ChildProcess; said: () => string; exit: Promise<unknown[]> } => {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'ignore', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  let text = ''
  child.stderr?.on('data', (chunk) => {
    text += chunk
  })
  return { child, said: () => text, exit: once(child, 'close') }
}

test('the process sends all sensors under the keys of their gateways and ends when its parent does', async (t) => {
  const ingest = await startIngest(t)
  const { child, said, exit } = run(t, ['--url', ingest.url])
  child.stdin?.write(`${JSON.stringify({ keys, past_until: null })}\n`)
  // Two sensors of the demo are silent.
  await ingest.until(() => ingest.keyOfSensor.size === 298)
  assert.equal(ingest.keyOfSensor.get('demo/3F/co2-1'), 'Bearer key-of-the-first')
  assert.equal(ingest.keyOfSensor.get('demo/8F/co2-1'), 'Bearer key-of-the-second')
  child.stdin?.destroy()
  assert.deepEqual(await exit, [0, null])
  const lines = said().trim().split('\n')
  for (const line of lines) assert.ok(JSON.parse(line).event)
  assert.match(said(), /"event":"stopping","why":"standard input closed"/)
  assert.ok(!said().includes('key-of-the'))
})

test('the process ends on SIGTERM while the server is away', async (t) => {
  const { child, said, exit } = run(t, ['--url', 'http://127.0.0.1:1'])
  child.stdin?.write(`${JSON.stringify({ keys })}\n`)
  while (!said().includes('post_failed')) await once(child.stderr as NodeJS.ReadableStream, 'data')
  child.kill('SIGTERM')
  assert.deepEqual(await exit, [0, null])
})

test('a wrong start is told in words, without repeating a key', async (t) => {
  const { child, said, exit } = run(t, ['--url', 'http://127.0.0.1:1'])
  child.stdin?.write('{"keys": {"demo-gateway-1": "key-of-the-first"\n')
  assert.deepEqual(await exit, [2, null])
  assert.match(said(), /first line on standard input is not JSON/)
  assert.ok(!said().includes('key-of-the'))
})

test('arguments have defaults and are checked', () => {
  assert.deepEqual(parseCommandLine(['--url', 'http://127.0.0.1:3000']), {
    url: 'http://127.0.0.1:3000',
    seed: 1,
    pastDays: 385,
    faultsPath: null,
    statePath: null,
  })
  const refused: [string[], RegExp][] = [
    [[], /--url/],
    [['--url', 'ftp://here'], /--url/],
    [['--url', 'http://here', '--seed', 'x'], /--seed/],
    [['--url', 'http://here', '--past-days', '-1'], /past-days/],
    [['--url', 'http://here', '--keys', 'x'], /--keys/],
  ]
  for (const [args, message] of refused) assert.throws(() => parseCommandLine(args), message)
})

test('the handed over line holds keys and where the past is known', () => {
  assert.deepEqual(parseHandover('{"keys":{"a":"k"},"past_until":"2026-11-01T00:00:00Z"}'), {
    keys: { a: 'k' },
    pastUntilMs: Date.UTC(2026, 10, 1),
  })
  assert.throws(() => parseHandover('{"keys":{"a":7}}'), /one API key/)
  assert.throws(() => parseHandover('{"keys":{},"past_until":"soon"}'), /past_until/)
  assert.throws(() => parseHandover('null'), /one API key/)
})
