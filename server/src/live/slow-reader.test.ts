import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import test from 'node:test'
import { createPerson, createSmallBuilding, eventually, send, startTestServer } from '#test'
import { cookieOf } from '../../test/live-stream.ts'
import { maxBufferedBytes } from './limits.ts'

/** Readers over real connections, one of which never reads (L6, in small). */
const server = await startTestServer()
const { app, as, clock, services } = server
await app.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.server.address() as AddressInfo

const readerCount = 200
const sensorCount = 300
const people = 5

/** A floor whose every change is tens of kilobytes. */
async function wideFloor() {
  const { building, floor } = await createSmallBuilding(server)
  const rows = Array.from({ length: sensorCount }, (_, i) => ({
    building_id: building.id,
    floor_id: floor.id,
    sensor_key: `${floor.id}/${i}`,
    name: `N ${i}`,
    sensor_type: 'noise',
    unit: 'dB',
  }))
  const added = await services.database.db.insertInto('sensor').values(rows).returning('id').execute()
  return { building, url: `/api/live/floor/${floor.id}`, sensorIds: added.map(({ id }) => id) }
}

const figure = async (name: string): Promise<number> => {
  const found = new RegExp(`^${name} (\\S+)$`, 'm').exec(await services.metrics.text())
  return Number(found?.[1])
}

test('who never reads is let go with bounded memory, while the others are told as ever', async (t) => {
  const { building, url, sensorIds } = await wideFloor()
  const viewers = await Promise.all(
    Array.from({ length: people }, () => createPerson(server, { role: 'viewer', buildings: [building.id] })),
  )
  const cookies = await Promise.all(viewers.map((person) => cookieOf(app, person)))
  const told = new Array<number>(readerCount).fill(0)
  const delaysMs: number[] = []
  let sentAtMs = 0
  const answers: IncomingMessage[] = []
  for (let i = 0; i < readerCount; i++) {
    const request = get({ port, host: '127.0.0.1', path: url, headers: cookies[i % people], agent: false })
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    assert.equal(answer.statusCode, 200)
    answer.on('error', () => {})
    answer.on('data', (chunk: Buffer) => {
      const events = chunk.toString('latin1').split('event: readings').length - 1
      if (events === 0) return
      told[i] = (told[i] ?? 0) + events
      delaysMs.push(performance.now() - sentAtMs)
    })
    answers.push(answer)
  }
  t.after(() => answers.forEach((answer) => answer.destroy()))

  const never = connect(port, '127.0.0.1').on('error', () => {})
  t.after(() => never.destroy())
  never.pause()
  const head = [`GET ${url} HTTP/1.1`, 'Host: localhost', `Cookie: ${cookies[0]?.cookie}`, '', ''].join('\r\n')
  never.write(head)
  await eventually(
    () => figure('plenum_live_streams'),
    (open) => open === readerCount + 1,
  )

  const before = process.memoryUsage().rss
  const usedBefore = process.cpuUsage()
  let rounds = 0
  while ((await figure('plenum_live_dropped_total')) === 0) {
    assert.ok(rounds < 1_000, 'it was never let go')
    const timestamp = new Date(clock.nowMs).toISOString()
    await send(
      as,
      sensorIds.map((sensor_id) => ({ sensor_id, timestamp, value: 30 + (rounds % 40) })),
    )
    rounds++
    sentAtMs = performance.now()
    clock.nowMs += 1_000
    await services.live.beat()
    await eventually(async () => told.every((count) => count === rounds), Boolean)
  }
  assert.equal(await figure('plenum_live_streams'), readerCount)
  assert.equal(await figure('plenum_live_dropped_total'), 1)

  const used = process.cpuUsage(usedBefore)
  const p95 = delaysMs.sort((a, b) => a - b)[Math.floor(delaysMs.length * 0.95)] ?? 0
  const grownMb = (process.memoryUsage().rss - before) / 1_048_576
  const cpuMs = (used.user + used.system) / 1_000 / rounds
  t.diagnostic(`${readerCount} readers, ${rounds} rounds: delay p95 ${p95.toFixed(0)} ms after a beat`)
  t.diagnostic(`${cpuMs.toFixed(1)} ms CPU a round, ingest and all readers included; grown by ${grownMb.toFixed(0)} MB`)
  t.diagnostic(`bound of a connection: ${maxBufferedBytes / 1_024} KB`)
})

test('a reader that goes away without a word is forgotten', async () => {
  const { url } = await wideFloor()
  const open = await figure('plenum_live_streams')
  const person = await createPerson(server, { role: 'administrator' })
  const request = get({ port, host: '127.0.0.1', path: url, headers: await cookieOf(app, person), agent: false })
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  assert.equal(await figure('plenum_live_streams'), open + 1)
  answer.on('error', () => {})
  answer.socket.resetAndDestroy()
  await eventually(
    () => figure('plenum_live_streams'),
    (now) => now === open,
  )
})

test('a server that stops ends its streams at once, and takes no more', async () => {
  const { url } = await wideFloor()
  const person = await createPerson(server, { role: 'administrator' })
  const headers = await cookieOf(app, person)
  const answers = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const request = get({ port, host: '127.0.0.1', path: url, headers, agent: false })
      const [answer] = (await once(request, 'response')) as [IncomingMessage]
      return answer
    }),
  )
  const ended = Promise.all(answers.map((answer) => once(answer.resume(), 'end')))
  const closed = app.close()
  await ended
  await closed
  assert.equal(await figure('plenum_live_streams'), 0)
})
