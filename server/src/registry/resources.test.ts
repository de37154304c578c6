import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import type { Building, Gateway, Problem, Sensor } from '@plenum/contract'
import { create, createSmallBuilding, eventually, send, startTestServer } from '#test'

const server = await startTestServer()
const { as } = server

const refused = async (answer: ReturnType<typeof as>, status: number, code: string): Promise<Problem> => {
  const { statusCode, headers, body } = await answer
  assert.equal(statusCode, status, body)
  assert.match(String(headers['content-type']), /^application\/problem\+json/)
  const problem = JSON.parse(body) as Problem
  assert.equal(problem.code, code, body)
  assert.equal(problem.status, status)
  return problem
}
const patched = async <T>(path: string, patch: unknown): Promise<T> => {
  const answer = await as('PATCH', path, patch)
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json<T>()
}
const withoutStamps = ({ created_at, updated_at, ...rest }: { created_at: string; updated_at: string }) => {
  assert.ok(Date.parse(updated_at) >= Date.parse(created_at))
  return rest
}

interface Script {
  path: string
  input: object
  /** What the answer holds besides the input. */
  defaults: object
  patch: object
  /** Fields that a patch can clear. */
  clear: object
}

const home = await createSmallBuilding(server)
const scripts: Script[] = [
  {
    path: '/api/buildings',
    input: { name: '本社ビル 🏢', timezone: 'Asia/Tokyo', address: '東京都港区1-2-3', area_m2: 0.1, locale: 'ja' },
    defaults: {},
    patch: { name: 'HQ', timezone: 'America/Argentina/Buenos_Aires' },
    clear: { address: null, area_m2: null, locale: null },
  },
  {
    path: '/api/floors',
    input: { building_id: home.building.id, name: 'B2', level: -2, area_m2: 812.5, plan: 'M0 0L1 1Z' },
    defaults: {},
    patch: { level: -3 },
    clear: { area_m2: null, plan: null },
  },
  {
    path: '/api/zones',
    input: {
      floor_id: home.floor.id,
      name: 'A',
      kind: 'office',
      outline: [
        { x: 0, y: 0 },
        { x: 1, y: 0 },
        { x: 0.1, y: 1 },
      ],
    },
    defaults: {},
    patch: { name: 'B' },
    clear: { kind: null, outline: null },
  },
  {
    path: '/api/sensors',
    input: {
      floor_id: home.floor.id,
      sensor_key: 'k/1',
      name: 'One',
      sensor_type: 'energy',
      gateway_id: home.gateway.id,
      position: { x: 0.31, y: 0.62 },
      rollover_value: 100_000,
    },
    defaults: { unit: 'kWh', zone_id: null, interval_s: 60, status: 'active', building_id: home.building.id },
    patch: { name: 'Eins', interval_s: 5, status: 'disabled', unit: 'MWh', sensor_key: 'k/2' },
    clear: { gateway_id: null, position: null, rollover_value: null },
  },
  {
    path: '/api/gateways',
    input: { building_id: home.building.id, name: 'West' },
    defaults: { last_seen_at: null },
    patch: { name: 'West 2' },
    clear: {},
  },
]

for (const { path, input, defaults, patch, clear } of scripts) {
  test(`${path}: created, read, changed field by field, cleared by null, deleted`, async () => {
    const posted = await as('POST', path, input)
    assert.equal(posted.statusCode, 201, posted.body)
    const created = posted.json<Building>()
    const { id } = created
    assert.equal(posted.headers['location'], `${path}/${id}`)
    assert.deepEqual(withoutStamps(created), { id, ...defaults, ...input })
    assert.deepEqual((await as('GET', `${path}/${id}`)).json(), created)

    assert.deepEqual(withoutStamps(await patched(`${path}/${id}`, {})), withoutStamps(created), 'absent is not null')
    assert.deepEqual(withoutStamps(await patched(`${path}/${id}`, patch)), { id, ...defaults, ...input, ...patch })
    const cleared = await patched<Building>(`${path}/${id}`, clear)
    assert.deepEqual(withoutStamps(cleared), { id, ...defaults, ...input, ...patch, ...clear })
    assert.deepEqual((await as('GET', `${path}/${id}`)).json(), cleared)

    const { sensor_key } = { sensor_key: '', ...patch }
    const removed = await as('DELETE', `${path}/${id}${sensor_key && `?confirm=${encodeURIComponent(sensor_key)}`}`)
    assert.deepEqual([removed.statusCode, removed.body], [204, ''])
    const missing = `${path.slice(5, -1)}_not_found`
    for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
      await refused(as(method, `${path}/${id}`, method === 'PATCH' ? patch : undefined), 404, missing)
    }
  })

  test(`${path}: fields that are the server's, unknown, or of the wrong type are refused by name`, async () => {
    for (const slipped of ['id', 'created_at', 'updated_at', 'role', 'hash']) {
      for (const [method, url] of [
        ['POST', path],
        ['PATCH', `${path}/1`],
      ] as const) {
        const body = { ...(method === 'POST' ? input : {}), [slipped]: 1 }
        const { errors } = await refused(as(method, url, body), 400, 'validation_failed')
        assert.deepEqual(errors, [{ path: slipped, detail: 'is not a known field' }])
      }
    }
    const { errors } = await refused(as('POST', path, { ...input, name: 12 }), 400, 'validation_failed')
    assert.deepEqual(errors, [{ path: 'name', detail: 'must be string' }])
    await refused(as('PATCH', `${path}/1`, { name: null }), 400, 'validation_failed')
    const first = Object.keys(input)[0] as string
    const { [first]: _left, ...incomplete } = input as Record<string, unknown>
    const missing = await refused(as('POST', path, incomplete), 400, 'validation_failed')
    assert.deepEqual(missing.errors, [{ path: first, detail: 'is required' }])
  })
}

test('a sensor keeps the building that its floor decides, whatever the caller says', async () => {
  const input = { floor_id: home.floor.id, sensor_key: 'slip', name: 'x', sensor_type: 'co2', building_id: 99 }
  await refused(as('POST', '/api/sensors', input), 400, 'validation_failed')
  await refused(as('PATCH', `/api/sensors/${home.co2.id}`, { building_id: 99 }), 400, 'validation_failed')
})

test('ids outside int4 and what is no id are refused, never an error of ours', async () => {
  for (const { path } of scripts) {
    for (const id of [
      '0',
      '-1',
      '2147483648',
      '1e99',
      '1e999',
      '-1e999',
      'Infinity',
      '1.5',
      'x',
      '%00',
      '9'.repeat(100),
      '9'.repeat(400),
    ]) {
      await refused(as('GET', `${path}/${id}`), 400, 'validation_failed')
    }
    await refused(as('GET', `${path}/2147483647`), 404, `${path.slice(5, -1)}_not_found`)
  }
  await refused(as('GET', '/api/sensors?floor_id=2147483648'), 400, 'validation_failed')
  await refused(as('GET', '/api/sensors?florr_id=1'), 400, 'validation_failed')
})

test('names come back as they were sent; what PostgreSQL could not keep is refused (B7)', async () => {
  const { id } = await create(as, '/api/buildings', { name: 'names', timezone: 'UTC' })
  for (const name of [
    ' x ',
    '\u202eright to left\u200f',
    '🏢'.repeat(200),
    "'; drop table building; --",
    '𝒳\ufeff',
    'é',
  ]) {
    assert.equal((await patched<Building>(`/api/buildings/${id}`, { name })).name, name)
    const read = (await as('GET', `/api/buildings/${id}`)).json<Building>().name
    assert.deepEqual(Buffer.from(read), Buffer.from(name))
  }
  for (const name of ['', 'a\u0000b', '\ud800', 'x\udc00y', 'line\nbreak', 'x'.repeat(201), 'x'.repeat(10_000)]) {
    await refused(as('PATCH', `/api/buildings/${id}`, { name }), 400, 'validation_failed')
    await refused(as('POST', '/api/buildings', { name, timezone: 'UTC' }), 400, 'validation_failed')
  }
  await refused(as('GET', '/api/sensors?sensor_key=%00'), 400, 'validation_failed')
  await refused(as('DELETE', `/api/sensors/${home.co2.id}?confirm=%00`), 422, 'deletion_not_confirmed')
})

test('a time zone is an IANA name that means the same to JavaScript and to PostgreSQL', async () => {
  for (const timezone of [
    'UTC',
    'Asia/Kolkata',
    'Asia/Calcutta',
    'Europe/Kyiv',
    'Etc/GMT+9',
    'America/Port-au-Prince',
  ]) {
    await create(as, '/api/buildings', { name: timezone, timezone })
  }
  const unknownToIntl = [
    '+09:00',
    '-0530',
    'JST',
    'CET',
    'EST',
    'PST',
    'EST5EDT',
    'Mars/Olympus',
    'UTC+9',
    'Foo/Bar',
    '',
  ]
  for (const timezone of unknownToIntl) {
    await refused(as('POST', '/api/buildings', { name: 'x', timezone }), 400, 'validation_failed')
  }
  // Intl knows these, tzdata no longer does.
  for (const timezone of ['US/Pacific-New', 'SystemV/PST8']) {
    const problem = await refused(as('POST', '/api/buildings', { name: 'x', timezone }), 422, 'timezone_unknown')
    assert.equal(problem.errors?.[0]?.path, 'timezone')
    await refused(as('PATCH', `/api/buildings/${home.building.id}`, { timezone }), 422, 'timezone_unknown')
  }
})

test('a sensor of another kind gets the unit of that kind, unless one is given', async () => {
  const { co2 } = await createSmallBuilding(server)
  const sensor = `/api/sensors/${co2.id}`
  assert.equal((await patched<Sensor>(sensor, { unit: '%' })).unit, '%')
  assert.equal((await patched<Sensor>(sensor, { sensor_type: 'co2' })).unit, '%')
  assert.equal((await patched<Sensor>(sensor, { sensor_type: 'humidity' })).unit, '%RH')
  assert.equal((await patched<Sensor>(sensor, { sensor_type: 'noise', unit: 'dBA' })).unit, 'dBA')
})

test('a gateway is seen when it sends', async () => {
  const { gateway, co2, asGateway } = await createSmallBuilding(server)
  const read = async () => (await as('GET', `/api/gateways/${gateway.id}`)).json<Gateway>().last_seen_at
  assert.equal(await read(), null)
  await send(asGateway, [{ sensor_id: co2.id, timestamp: '2026-11-23T10:00:00Z', value: 500 }])
  await eventually(read, (seenAt) => typeof seenAt === 'string')
})

test('the kinds of sensors are those of api.md, with their units', async () => {
  const { items } = (await as('GET', '/api/sensor-types')).json<{ items: { sensor_type: string; unit: string }[] }>()
  const units = Object.fromEntries(items.map(({ sensor_type, unit }) => [sensor_type, unit]))
  const expected = {
    temperature: 'degC',
    humidity: '%RH',
    co2: 'ppm',
    illuminance: 'lx',
    motion: 'count',
    occupancy: 'people',
    power: 'W',
    energy: 'kWh',
    water: 'm3',
    pressure: 'Pa',
    air_flow: 'm3/h',
    pm2_5: 'ug/m3',
    tvoc: 'ppb',
    noise: 'dB',
    contact: '0/1',
  }
  assert.deepEqual({ ...units, ...expected }, units)
})

test('every constraint of the registry tables that a caller can break has words', async () => {
  const migration = await readFile(new URL('../../migrations/0001_registry.sql', import.meta.url), 'utf8')
  const words = await readFile(new URL('./constraints.ts', import.meta.url), 'utf8')
  // Targets of foreign keys: (id, parent) can't be taken, since id is unique.
  const targets = new Set(['floor_in_building', 'zone_on_floor', 'gateway_in_building'])
  const names = [...migration.matchAll(/constraint (\w+) /g)].map((match) => match[1] ?? '')
  assert.deepEqual(
    names.filter((name) => !targets.has(name) && !words.includes(`  ${name}:`)),
    [],
  )
})
