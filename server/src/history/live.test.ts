import assert from 'node:assert/strict'
import { request } from 'node:http'
import test from 'node:test'
import type { History, Problem, RawRecord } from '@plenum/contract'
import pg from 'pg'
import { assertPoolAtRest, createSmallBuilding, eventually, send, startTestServer } from '#test'

const server = await startTestServer()
const { as, clock } = server
const minuteMs = 60_000
const iso = (atMs: number): string => new Date(atMs).toISOString()
const range = (fromMs: number, toMs: number): string => `from=${iso(fromMs)}&to=${iso(toMs)}`

for (const grain of ['raw', '15m', '1h', '1d'] as const)
  test(`every ${grain} record comes once while readings arrive, late ones and replacements too`, async () => {
    const { temperature, co2, floor, asGateway } = await createSmallBuilding(server)
    const toMs = clock.nowMs
    const fromMs = toMs - 40 * 60 * minuteMs
    const given = [temperature, co2].flatMap(({ id }, s) =>
      Array.from({ length: 40 }, (_, i) => ({
        sensor_id: id,
        timestamp: iso(fromMs + i * 60 * minuteMs + s),
        value: 400 / (s * 9 + 10),
      })),
    )
    await send(asGateway, given)
    const seen: string[] = []
    const path = `/api/dashboard/floor/${floor.id}/history?${range(fromMs, toMs + minuteMs)}&resolution=${grain}&limit=3`
    const key = (record: { timestamp: string; sensor_id: number }) => `${record.timestamp} ${record.sensor_id}`
    const before = (await as('GET', path.replace('limit=3', 'limit=10000'))).json<History>().records.map(key)
    let cursor: string | null = null
    for (let page = 0; ; page++) {
      const answer = await as('GET', cursor === null ? path : `${path}&cursor=${cursor}`)
      const body = answer.json<History>()
      seen.push(...body.records.map(key))
      cursor = body.next_cursor
      if (cursor === null) break
      // One on time, one late, one that replaces.
      await send(asGateway, [
        { sensor_id: co2.id, timestamp: iso(toMs - minuteMs + page), value: 500 },
        { sensor_id: temperature.id, timestamp: iso(fromMs + page * 17 * minuteMs + 7), value: 21 },
        { ...given[(page * 7) % given.length], value: 30 + page },
      ])
    }
    assert.equal(new Set(seen).size, seen.length, 'a record came twice')
    assert.deepEqual(seen, seen.toSorted((a, b) => (a.slice(0, 24) < b.slice(0, 24) ? -1 : 1)).slice(0, seen.length))
    assert.deepEqual(
      before.filter((record) => !seen.includes(record)),
      [],
      'a record that was there was lost',
    )
  })

test('a cursor of another question is refused, one of the same question with another limit is not', async () => {
  const { temperature, co2, floor, asGateway } = await createSmallBuilding(server)
  const toMs = clock.nowMs
  const fromMs = toMs - 60 * minuteMs
  await send(
    asGateway,
    Array.from({ length: 30 }, (_, i) => ({
      sensor_id: temperature.id,
      timestamp: iso(fromMs + i * minuteMs),
      value: i,
    })),
  )
  const path = `/api/dashboard/floor/${floor.id}/history?${range(fromMs, toMs)}`
  const filters = `&sensor_id=${temperature.id}&sensor_id=${co2.id}&sensor_type=co2&sensor_type=temperature`
  const { next_cursor } = (await as('GET', `${path}${filters}&limit=10`)).json<History>()
  const same = `&sensor_type=temperature&sensor_id=${co2.id}&sensor_id=${temperature.id}&sensor_type=co2`
  const rest = (await as('GET', `${path}${same}&limit=50&cursor=${next_cursor}`)).json<History>()
  assert.deepEqual(
    (rest.records as RawRecord[]).map(({ value }) => value),
    Array.from({ length: 20 }, (_, i) => i + 10),
  )
  for (const other of [
    `${path}&cursor=${next_cursor}`,
    `${path}${filters}&resolution=15m&cursor=${next_cursor}`,
    `/api/dashboard/floor/${floor.id}/history?${range(fromMs + 1, toMs)}${filters}&cursor=${next_cursor}`,
    `/api/sensors/${temperature.id}/history?${range(fromMs, toMs)}&cursor=${next_cursor}`,
    `${path}${filters}&cursor=${Buffer.from('["x",1,2]').toString('base64url')}`,
    `${path}${filters}&cursor=%F0%9F%98%80`,
  ]) {
    const answer = await as('GET', other)
    assert.equal(answer.statusCode, 400, other)
    assert.equal(answer.json<Problem>().code, 'cursor_invalid')
  }
})

const lockReadings = async (): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: server.databaseUrl })
  await client.connect()
  await client.query('begin')
  await client.query('lock table reading in access exclusive mode')
  return client
}

const waitingForLock = async (): Promise<number> => {
  const client = new pg.Client({ connectionString: server.databaseUrl })
  await client.connect()
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and state = 'active'`,
  )
  await client.end()
  return rows[0]?.count ?? 0
}

test('a question that takes longer than 5 s is cancelled in the database and its connection given back', async () => {
  const { temperature, floor } = await createSmallBuilding(server)
  const lock = await lockReadings()
  try {
    const asked = range(clock.nowMs - 60 * minuteMs, clock.nowMs)
    const begin = performance.now()
    const answers = await Promise.all([
      as('GET', `/api/dashboard/floor/${floor.id}/history?${asked}`),
      as('GET', `/api/sensors/${temperature.id}/history?${asked}&resolution=1d`),
      as('GET', `/api/sensors/${temperature.id}/series?${asked}`),
    ])
    const tookMs = performance.now() - begin
    for (const answer of answers) {
      assert.equal(answer.statusCode, 408, answer.body)
      assert.equal(answer.headers['content-type'], 'application/problem+json')
      assert.equal(answer.json<Problem>().code, 'history_timed_out')
    }
    assert.ok(tookMs > 4_500 && tookMs < 8_000, `${tookMs} ms`)
    await eventually(waitingForLock, (count) => count === 0)
    await assertPoolAtRest(server.services)
  } finally {
    await lock.query('rollback')
    await lock.end()
  }
})

test('who goes away ends the question, and an export too', async () => {
  const { temperature, asGateway } = await createSmallBuilding(server)
  await server.app.listen({ port: 0, host: '127.0.0.1' })
  const address = server.app.server.address()
  assert.ok(address !== null && typeof address === 'object')
  const cookie = await (async () => {
    const { administrator } = await import('#test')
    const answer = await server.app.inject({ method: 'POST', url: '/api/auth/sign-in/email', payload: administrator })
    return answer.cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; ')
  })()
  await send(asGateway, [{ sensor_id: temperature.id, timestamp: iso(clock.nowMs), value: 20 }])
  const asked = range(clock.nowMs - 60 * minuteMs, clock.nowMs + 1)
  for (const path of [
    `/api/sensors/${temperature.id}/history?${asked}`,
    `/api/export?sensor_id=${temperature.id}&${asked}`,
  ]) {
    const lock = await lockReadings()
    try {
      const { port } = address
      const asking = request({ port, host: '127.0.0.1', path, headers: { cookie } })
      asking.on('error', () => {})
      asking.end()
      await eventually(waitingForLock, (count) => count === 1)
      asking.destroy()
      await eventually(waitingForLock, (count) => count === 0, 3_000)
      await assertPoolAtRest(server.services)
    } finally {
      await lock.query('rollback')
      await lock.end()
    }
  }
})
