import assert from 'node:assert/strict'
import test from 'node:test'
import type { History, Problem, RollupRecord, Series } from '@plenum/contract'
import { parse } from 'csv-parse/sync'
import { parquetReadObjects } from 'hyparquet'
import { caller, createSmallBuilding, send, startTestServer } from '#test'

const server = await startTestServer()
const { as, clock } = server
const iso = (atMs: number): string => new Date(atMs).toISOString()
const hourMs = 3_600_000
const lastDay = `from=${iso(clock.nowMs - 24 * hourMs)}&to=${iso(clock.nowMs)}`

test('the past of a floor: buckets with figures, in order, and what was asked for', async () => {
  const { temperature, co2, floor, asGateway } = await createSmallBuilding(server)
  await send(asGateway, [
    { sensor_id: co2.id, timestamp: '2026-11-22T15:00:00Z', value: 600 },
    { sensor_id: temperature.id, timestamp: '2026-11-22T15:00:00Z', value: 21 },
    { sensor_id: temperature.id, timestamp: '2026-11-22T15:30:00Z', value: 22 },
    { sensor_id: temperature.id, timestamp: '2026-11-22T15:31:00Z', value: 9_999 },
  ])
  const path = `/api/dashboard/floor/${floor.id}/history?from=2026-11-22T15:00:00Z&to=2026-11-23T15:00:00Z`
  const day = await as('GET', `${path}&resolution=1d`)
  assert.deepEqual(day.json<History>(), {
    from: '2026-11-22T15:00:00.000Z',
    to: '2026-11-23T15:00:00.000Z',
    resolution: '1d',
    records: [
      {
        sensor_id: temperature.id,
        timestamp: '2026-11-22T15:00:00.000Z',
        count: 2,
        suspect: 1,
        avg: 21.5,
        min: 21,
        max: 22,
      },
      { sensor_id: co2.id, timestamp: '2026-11-22T15:00:00.000Z', count: 1, suspect: 0, avg: 600, min: 600, max: 600 },
    ],
    next_cursor: null,
  })
  const chosen = (await as('GET', `${path}&sensor_type=temperature&sensor_type=noise`)).json<History>()
  assert.equal(chosen.resolution, 'raw')
  assert.deepEqual(chosen.records.at(-1), {
    sensor_id: temperature.id,
    timestamp: '2026-11-22T15:31:00.000Z',
    value: 9_999,
    quality: 'suspect',
  })
})

test('a series counts what arrived late, sealed or not, and does not know it where it is made of hours', async () => {
  const { temperature, asGateway } = await createSmallBuilding(server)
  const nowMs = clock.nowMs
  const at = (agoMs: number, value: number) => ({ sensor_id: temperature.id, timestamp: iso(nowMs - agoMs), value })
  await send(asGateway, [at(600_000, 20), at(600_001, 20), at(50 * hourMs, 9_999), at(50 * hourMs + 1, 20)])
  const late = async (fromMs: number) => {
    const range = `from=${iso(fromMs)}&to=${iso(nowMs)}`
    return (await as('GET', `/api/sensors/${temperature.id}/series?${range}&points=10`)).json<Series>().late
  }
  // The columns are too narrow to be made of hours.
  assert.deepEqual(await late(nowMs - 30 * hourMs), [1])
  await server.services.readings.sealClosedDays()
  const sealed = `from=${iso(nowMs - 51 * hourMs)}&to=${iso(nowMs - 49 * hourMs)}`
  const series = (await as('GET', `/api/sensors/${temperature.id}/series?${sealed}&points=10`)).json<Series>()
  assert.equal(
    (series.late ?? []).reduce((sum, count) => sum + count, 0),
    2,
  )
  assert.equal(await late(nowMs - 3_000 * hourMs), null)
})

test('a state has the share of time in which it was 1, a counter what it rose by', async () => {
  const { floor, key, asGateway } = await createSmallBuilding(server)
  const add = async (sensor_type: string): Promise<number> => {
    const sensor = {
      floor_id: floor.id,
      sensor_key: `${key}/${sensor_type}`,
      name: sensor_type,
      sensor_type,
      interval_s: 600,
    }
    return (await as('POST', '/api/sensors', sensor)).json<{ id: number }>().id
  }
  const [contact, energy] = [await add('contact'), await add('energy')]
  const at = (minute: number) => iso(Date.UTC(2026, 10, 20) + minute * 60_000)
  await send(asGateway, [
    // 10 minutes closed, 20 open, then closed for three intervals at the most: 30 of the 30 that are left.
    ...[
      [0, 1],
      [10, 0],
      [30, 1],
    ].map(([minute, value]) => ({ sensor_id: contact, timestamp: at(minute as number), value })),
    ...[
      [-90, 5],
      [5, 7],
      [15, 8],
      [25, 2],
      [35, 3],
    ].map(([minute, value]) => ({ sensor_id: energy, timestamp: at(minute as number), value })),
  ])
  const asked = `from=${at(0)}&to=${at(60)}`
  const hour = (await as('GET', `/api/dashboard/floor/${floor.id}/history?${asked}&resolution=1h`)).json<History>()
  const [closed, used] = hour.records as [RollupRecord, RollupRecord]
  assert.equal(closed.share, 40 / 60)
  assert.equal(closed.increase, undefined)
  assert.equal(used.increase, 2 + 1 + 2 + 1)
  assert.equal(used.share, undefined)
  const quarters = (await as('GET', `/api/sensors/${contact}/history?${asked}&resolution=15m`)).json<History>()
  assert.deepEqual(
    (quarters.records as RollupRecord[]).map(({ timestamp, share }) => [timestamp, share]),
    [
      [at(0), 10 / 15],
      [at(30), 1],
    ],
  )
})

test('what costs too much is refused at once, with what would fit', async () => {
  const { temperature, floor } = await createSmallBuilding(server)
  const answer = await as(
    'GET',
    `/api/dashboard/floor/${floor.id}/history?from=2016-01-01T00:00:00Z&to=2026-01-01T00:00:00Z&resolution=raw`,
  )
  assert.equal(answer.statusCode, 422)
  assert.equal(answer.headers['content-type'], 'application/problem+json')
  const problem = answer.json<Problem & { estimate: number; limit: number; resolution: string }>()
  assert.equal(problem.code, 'history_too_costly')
  assert.deepEqual([problem.estimate, problem.limit, problem.resolution], [10_520_640, 5_000_000, '1h'])
  for (const said of ['10520640', '5000000', 'resolution=1h']) assert.ok(problem.detail?.includes(said), problem.detail)
  const years = await as(
    'GET',
    `/api/sensors/${temperature.id}/history?from=1990-01-01T00:00:00Z&to=2100-01-01T00:00:00Z`,
  )
  assert.equal(years.statusCode, 200, years.body)
  assert.equal(years.json<History>().resolution, '1d')
})

test('what is not there is 404, what is no range 400, and who may not read is told so', async () => {
  const one = await createSmallBuilding(server)
  const other = await createSmallBuilding(server)
  const floor = `/api/dashboard/floor/${one.floor.id}/history`
  const table: [string, number, string][] = [
    [`/api/dashboard/floor/999999/history?${lastDay}`, 404, 'history_floor_not_found'],
    [`/api/sensors/999999/history?${lastDay}`, 404, 'history_sensor_not_found'],
    [`/api/sensors/999999/series?${lastDay}`, 404, 'history_sensor_not_found'],
    [`/api/export?sensor_id=${one.co2.id}&sensor_id=999999&${lastDay}`, 404, 'history_sensor_not_found'],
    [`${floor}?${lastDay}&sensor_id=${other.co2.id}`, 404, 'history_sensor_not_found'],
    [`${floor}?from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z`, 400, 'history_range_invalid'],
    [`${floor}?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z`, 400, 'history_range_invalid'],
    [
      `/api/export?sensor_id=${one.co2.id}&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z`,
      400,
      'history_range_invalid',
    ],
    [`/api/sensors/${one.co2.id}/series?from=2026-01-01T00:00:60Z&to=2026-02-01T00:00:00Z`, 400, 'validation_failed'],
    [`${floor}?from=2026-12-31T23:59:60Z&to=2027-02-01T00:00:00Z`, 400, 'history_range_invalid'],
    [`${floor}?from=2026-01-01&to=2026-02-01T00:00:00Z`, 400, 'validation_failed'],
    [`${floor}?to=2026-02-01T00:00:00Z`, 400, 'validation_failed'],
    [`${floor}?${lastDay}&limit=10001`, 400, 'validation_failed'],
    [`${floor}?${lastDay}&limit=0`, 400, 'validation_failed'],
    [`${floor}?${lastDay}&resolution=5m`, 400, 'validation_failed'],
    [`${floor}?${lastDay}&sensor_type=love`, 400, 'validation_failed'],
    [`/api/sensors/${one.co2.id}/series?${lastDay}&points=9`, 400, 'validation_failed'],
    [`/api/export?${lastDay}`, 400, 'validation_failed'],
    [`/api/export?sensor_id=${one.co2.id}&${lastDay}&format=xlsx`, 400, 'validation_failed'],
  ]
  for (const [path, status, code] of table) {
    const answer = await as('GET', path)
    assert.deepEqual([answer.statusCode, answer.json<Problem>().code], [status, code], path)
  }
  for (const path of [
    `${floor}?${lastDay}`,
    `/api/sensors/${one.co2.id}/series?${lastDay}`,
    `/api/export?sensor_id=${one.co2.id}&${lastDay}`,
  ]) {
    assert.equal((await caller(server.app, {})('GET', path)).statusCode, 401)
    assert.equal((await one.asGateway('GET', path)).statusCode, 403)
  }
})

test('a floor without sensors and a sensor without readings have an empty past', async () => {
  const { building, temperature } = await createSmallBuilding(server)
  const floor = (await as('POST', '/api/floors', { building_id: building.id, name: 'Roof', level: 9 })).json<{
    id: number
  }>()
  for (const path of [`/api/dashboard/floor/${floor.id}/history`, `/api/sensors/${temperature.id}/history`])
    for (const resolution of ['raw', '15m', '1h', '1d']) {
      const answer = await as('GET', `${path}?${lastDay}&resolution=${resolution}`)
      assert.equal(answer.statusCode, 200, answer.body)
      assert.deepEqual([answer.json<History>().records, answer.json<History>().next_cursor], [[], null])
    }
  const series = (await as('GET', `/api/sensors/${temperature.id}/series?${lastDay}`)).json<Series>()
  assert.deepEqual([series.readings, series.timestamp], [0, []])
})

test('an export holds every reading of its sensors in the range, as a file', async () => {
  const { temperature, co2, asGateway, key } = await createSmallBuilding(server)
  const fromMs = clock.nowMs - 10 * hourMs
  const given = [temperature, co2].flatMap(({ id }) =>
    Array.from({ length: 600 }, (_, i) => ({
      sensor_id: id,
      timestamp: iso(fromMs + i * 60_000),
      value: i === 3 ? -5.2 : 300 + i,
    })),
  )
  await send(asGateway, given)
  const asked = `sensor_id=${co2.id}&sensor_id=${temperature.id}&from=${iso(fromMs)}&to=${iso(fromMs + 500 * 60_000)}`
  const expected = given.filter(({ timestamp }) => Date.parse(timestamp) < fromMs + 500 * 60_000)

  const csv = await as('GET', `/api/export?${asked}`)
  assert.equal(csv.statusCode, 200)
  assert.match(csv.headers['content-type'] ?? '', /^text\/csv/)
  assert.match(csv.headers['content-disposition'] as string, /^attachment; filename="plenum-2-sensors-[\w-]+\.csv"$/)
  const rows = parse(csv.body, { columns: true }) as Record<string, string>[]
  const plain = (row: Record<string, unknown>, timestamp: unknown) => ({
    sensor_id: Number(row['sensor_id']),
    timestamp,
    value: Number(row['value']),
  })
  assert.deepEqual(
    rows.map((row) => plain(row, row['timestamp'])),
    expected,
  )
  assert.equal(rows[0]?.['sensor_key'], `${key}/temperature`)

  const parquet = await as('GET', `/api/export?${asked}&format=parquet`)
  assert.match(parquet.headers['content-disposition'] as string, /\.parquet"$/)
  const { buffer, byteOffset, byteLength } = parquet.rawPayload
  const file = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
  const read = (await parquetReadObjects({ file })) as Record<string, unknown>[]
  assert.deepEqual(
    read.map((row) => plain(row, (row['timestamp'] as Date).toISOString())),
    expected,
  )
})

test('the contract is published: every route, its parameters and its problems', async () => {
  const api = (await as('GET', '/api/openapi.json')).json<{
    paths: Record<string, { get: { tags: string[]; responses: object } }>
  }>()
  for (const path of [
    '/api/dashboard/floor/{floor_id}/history',
    '/api/sensors/{id}/history',
    '/api/sensors/{id}/series',
    '/api/export',
  ])
    assert.deepEqual(api.paths[path]?.get.tags, ['History'], path)
  const responses = Object.keys(api.paths['/api/sensors/{id}/history']?.get.responses ?? {})
  for (const status of ['200', '400', '404', '408', '422', '503']) assert.ok(responses.includes(status), status)
})
