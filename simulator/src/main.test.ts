import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { ReadingRun } from '@plenum/contract'
import type { WireReading } from './batches.ts'
import { parseCommandLine, parseHandover } from './command-line.ts'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))
const keys = { 'demo-gateway-1': 'key-of-the-first', 'demo-gateway-2': 'key-of-the-second' }

type Run = Required<ReadingRun>
const runsIn = (text: string): Run[] =>
  text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Run]))
const identitiesOf = ({ sensor_key, start, step_ms, timestamps, values }: Run): string[] =>
  values.map((_, i) => `${sensor_key} ${timestamps?.[i] ?? start + i * step_ms}`)

const startIngest = async (t: TestContext) => {
  const keyOfSensor = new Map<string, string>()
  /** Sensor and time of each reading that came to the bulk endpoint. */
  const past: string[] = []
  let heard = (): void => {}
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const sent =
        request.url === '/api/sensors/data' ? (JSON.parse(text) as { readings: WireReading[] }).readings : runsIn(text)
      for (const { sensor_key } of sent) keyOfSensor.set(sensor_key, request.headers.authorization ?? '')
      for (const one of sent) if ('values' in one) past.push(...identitiesOf(one))
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
    past,
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

test('killed while it fills the past, the next one goes on with the day it was at', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'plenum-simulator-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const ingest = await startIngest(t)
  const args = ['--url', ingest.url, '--past-days', '3', '--state', join(folder, 'state.json')]
  const handover = `${JSON.stringify({ keys })}\n`
  const first = run(t, args)
  first.child.stdin?.write(handover)
  const aDay = 150 * 1440
  await ingest.until(() => ingest.past.length > 2 * aDay)
  first.child.kill('SIGKILL')
  await first.exit
  const before = ingest.past.length

  const second = run(t, args)
  second.child.stdin?.write(handover)
  await ingest.until(() => second.said().match(/past_filled/g)?.length === 2)
  second.child.stdin?.destroy()
  await second.exit
  const all = new Set(ingest.past)
  const sentTwice = ingest.past.length - all.size
  assert.ok(sentTwice <= 2 * aDay, `${sentTwice} of ${before} sent again`)
  // Two sensors of 300 are silent, one of them since a while ago; what is missing besides is the last hour, sent live.
  assert.ok(all.size > 296 * (3 * 1440 - 61), `${all.size}`)
  const gaps = [...Map.groupBy(all, (one) => one.slice(0, one.indexOf(' '))).values()].flatMap((ofSensor) => {
    const times = ofSensor.map((one) => Number(one.split(' ')[1])).sort((a, b) => a - b)
    return times.slice(1).map((ms, i) => ms - (times[i] as number))
  })
  assert.equal(Math.max(...new Set(gaps)), 60_000)
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
