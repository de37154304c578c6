import assert from 'node:assert/strict'
import test from 'node:test'
import type { IngestAnswer, NewApiKey } from '@plenum/contract'
import { type Caller, caller, create, createSmallBuilding, ingestPath, send, startTestServer } from '#test'

const server = await startTestServer()
const minuteMs = 60_000

const at = (ms: number): string => new Date(ms).toISOString()

const rowsOf = async (sensor: { id: number }) =>
  (
    await server.services.database.db
      .selectFrom('reading')
      .select(['at', 'value', 'quality'])
      .where('sensor_id', '=', sensor.id)
      .orderBy('at')
      .execute()
  ).map(({ at: time, value, quality }) => ({ atMs: time.getTime(), value, quality }))

/** Body as text, since JSON.stringify can't write most of what is wrong. */
const sendText = (as: Caller, payload: string) =>
  as('POST', ingestPath, payload, { 'content-type': 'application/json' })

/** The code of the one error that one reading gets, null where it is stored. */
async function fate(as: Caller, reading: string): Promise<string | null> {
  const answer = await sendText(as, `{"readings":[${reading}]}`)
  const { stored, rejected, errors } = answer.json<IngestAnswer>()
  assert.equal(answer.statusCode, stored === 1 ? 200 : 422, answer.body)
  assert.deepEqual([stored + rejected, errors.length], [1, rejected])
  return errors[0]?.code ?? null
}

test('998 good readings and 2 bad ones: the good are stored, the bad named, and sending again adds nothing (B3)', async () => {
  const { temperature, asGateway } = await createSmallBuilding(server)
  const readings = Array.from({ length: 1000 }, (_, i) => ({
    sensor_id: temperature.id,
    timestamp: at(server.clock.nowMs - i * minuteMs),
    value: i === 17 ? null : 20 + i / 1000,
  }))
  ;(readings[600] as { sensor_id: number }).sensor_id = 2_000_000_000

  const first = await send(asGateway, readings)
  assert.deepEqual([first.stored, first.duplicates, first.rejected], [998, 0, 2])
  assert.deepEqual(
    first.errors.map(({ index, code }) => [index, code]),
    [
      [17, 'reading_value_missing'],
      [600, 'reading_sensor_unknown'],
    ],
  )
  const before = await rowsOf(temperature)
  assert.equal(before.length, 998)
  const again = await send(asGateway, readings)
  assert.deepEqual([again.stored, again.duplicates, again.rejected], [0, 998, 2])
  assert.deepEqual(again.errors, first.errors)
  assert.deepEqual(await rowsOf(temperature), before)
})

test('a value is a finite number and nothing else (B1)', async () => {
  const { temperature, asGateway } = await createSmallBuilding(server)
  const fates: [value: string, code: string | null][] = [
    ['"NaN"', 'reading_value_not_finite'],
    ['1e999', 'reading_value_not_finite'],
    ['-1e999', 'reading_value_not_finite'],
    ['"12"', 'reading_value_not_finite'],
    ['true', 'reading_value_not_finite'],
    ['[]', 'reading_value_not_finite'],
    ['[12]', 'reading_value_not_finite'],
    ['{}', 'reading_value_not_finite'],
    ['""', 'reading_value_not_finite'],
    ['null', 'reading_value_missing'],
    ['1e308', null],
    ['-1e308', null],
    ['5e-324', null],
    ['-0', null],
  ]
  for (const [i, [value, code]] of fates.entries()) {
    const timestamp = at(server.clock.nowMs - i * minuteMs)
    const reading = `{"sensor_id":${temperature.id},"timestamp":"${timestamp}","value":${value}}`
    assert.equal(await fate(asGateway, reading), code, value)
  }
  assert.equal(
    await fate(asGateway, `{"sensor_id":${temperature.id},"timestamp":"${at(server.clock.nowMs)}"}`),
    'reading_value_missing',
  )
  const stored = (await rowsOf(temperature)).map(({ value }) => value)
  assert.deepEqual(stored, [0, 5e-324, -1e308, 1e308], '-0 is stored as 0')

  const notJson = await sendText(
    asGateway,
    `{"sensor_id":${temperature.id},"timestamp":"2026-11-23T10:00:00Z","value":NaN}`,
  )
  assert.deepEqual([notJson.statusCode, notJson.json<{ code: string }>().code], [400, 'body_not_json'])
})

test('a time is RFC 3339 with a zone, from 1990 to ten minutes ahead (B2)', async () => {
  const { temperature, asGateway, key } = await createSmallBuilding(server)
  const { nowMs } = server.clock
  const fates: [timestamp: unknown, code: string | null][] = [
    ['0000-01-01T00:00:00Z', 'reading_timestamp_invalid'],
    ['1970-01-01T00:00:00Z', 'reading_timestamp_too_old'],
    ['1989-12-31T23:59:59.999Z', 'reading_timestamp_too_old'],
    ['1990-01-01T00:00:00Z', null],
    [at(nowMs + 9 * minuteMs), null],
    [at(nowMs + 10 * minuteMs), null],
    [at(nowMs + 10 * minuteMs + 1), 'reading_timestamp_in_future'],
    [at(nowMs + 11 * minuteMs), 'reading_timestamp_in_future'],
    ['9999-12-31T23:59:59Z', 'reading_timestamp_in_future'],
    [9e15, 'reading_timestamp_invalid'],
    [Math.floor(nowMs / 1000), 'reading_timestamp_invalid'],
    [nowMs, 'reading_timestamp_invalid'],
    [String(nowMs), 'reading_timestamp_invalid'],
    ['infinity', 'reading_timestamp_invalid'],
    ['now', 'reading_timestamp_invalid'],
    ['2026-11-23T10:15:00', 'reading_timestamp_invalid'],
    ['2026-11-23', 'reading_timestamp_invalid'],
    ['2026-02-30T10:15:00Z', 'reading_timestamp_invalid'],
    [true, 'reading_timestamp_invalid'],
    [{}, 'reading_timestamp_invalid'],
    ['', 'reading_timestamp_invalid'],
    [null, 'reading_timestamp_missing'],
    [undefined, 'reading_timestamp_missing'],
  ]
  for (const [timestamp, code] of fates) {
    const reading = JSON.stringify({ sensor_key: `${key}/temperature`, timestamp, value: 20 })
    assert.equal(await fate(asGateway, reading), code, String(timestamp))
  }
  // No clock in Berlin ever showed 02:30 on that day, but with its offset the instant is plain.
  const gap = { sensor_id: temperature.id, timestamp: '2026-03-29T02:30:00+01:00', value: 21 }
  await send(asGateway, [gap])
  const stored = (await rowsOf(temperature)).map(({ atMs }) => atMs)
  assert.deepEqual(stored, [
    Date.UTC(1990, 0),
    Date.UTC(2026, 2, 29, 1, 30),
    nowMs + 9 * minuteMs,
    nowMs + 10 * minuteMs,
  ])
})

test('a sensor goes by id, by key or by both, if both name the same one', async () => {
  const { temperature, co2, asGateway, key } = await createSmallBuilding(server)
  const fates: [sensor: object, code: string | null][] = [
    [{ sensor_id: temperature.id }, null],
    [{ sensor_key: `${key}/temperature`, sensor_id: null }, null],
    [{ sensor_id: temperature.id, sensor_key: `${key}/temperature` }, null],
    [{ sensor_id: co2.id, sensor_key: `${key}/temperature` }, 'reading_sensor_ambiguous'],
    [{ sensor_id: co2.id, sensor_key: `${key}/nothing` }, 'reading_sensor_unknown'],
    [{ sensor_id: 2_000_000_000, sensor_key: `${key}/temperature` }, 'reading_sensor_unknown'],
    [{}, 'reading_sensor_missing'],
    [{ sensor_id: null, sensor_key: null }, 'reading_sensor_missing'],
    [{ sensor_id: String(temperature.id) }, 'reading_sensor_unknown'],
    [{ sensor_id: 2 ** 31 }, 'reading_sensor_unknown'],
    [{ sensor_id: 2 ** 60 }, 'reading_sensor_unknown'],
    [{ sensor_id: temperature.id + 0.5 }, 'reading_sensor_unknown'],
    [{ sensor_id: -1 }, 'reading_sensor_unknown'],
    [{ sensor_key: '' }, 'reading_sensor_unknown'],
    [{ sensor_key: {} }, 'reading_sensor_unknown'],
  ]
  for (const [i, [sensor, code]] of fates.entries()) {
    const reading = { ...sensor, timestamp: at(server.clock.nowMs - i * minuteMs), value: 20 }
    assert.equal(await fate(asGateway, JSON.stringify(reading)), code, JSON.stringify(sensor))
  }
  assert.equal((await rowsOf(temperature)).length, 3)
  for (const reading of ['null', '17', '"text"', '[]', '[{}]', 'true']) {
    assert.equal(await fate(asGateway, reading), 'reading_invalid', reading)
  }
})

test('names that no sensor can have are unknown, and strange ones that it has are found (B7)', async () => {
  const { floor, asGateway, key } = await createSmallBuilding(server)
  const timestamp = at(server.clock.nowMs)
  const strange = ['\u202eelbat', '🌡'.repeat(200 - key.length), 'e\u0301', '__proto__', 'constructor'].map(
    (name) => key + name,
  )
  for (const sensor_key of strange) {
    await create(server.as, '/api/sensors', { floor_id: floor.id, sensor_key, name: 'x', sensor_type: 'noise' })
    assert.equal(await fate(asGateway, JSON.stringify({ sensor_key, timestamp, value: 40 })), null, sensor_key)
  }
  for (const name of [
    '"a\\u0000b"',
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"__proto__"',
    '"constructor"',
    `"${'x'.repeat(10_000)}"`,
  ]) {
    const reading = `{"sensor_key":${name},"timestamp":"${timestamp}","value":40}`
    assert.equal(await fate(asGateway, reading), 'reading_sensor_unknown', name.slice(0, 50))
  }
})

test("another building's sensor is unknown to a gateway, in an id as in a key; a person's key writes everywhere", async () => {
  const [mine, theirs] = [await createSmallBuilding(server), await createSmallBuilding(server)]
  const timestamp = at(server.clock.nowMs)
  const readings = [
    { sensor_id: theirs.temperature.id, timestamp, value: 1 },
    { sensor_key: `${theirs.key}/co2`, timestamp, value: 400 },
  ]
  for (let time = 1; time <= 2; time++) {
    // The second time both sensors are remembered, since their own gateway has named them.
    const refused = await mine.asGateway('POST', ingestPath, { readings })
    assert.equal(refused.statusCode, 422)
    const codes = refused.json<IngestAnswer>().errors.map(({ code }) => code)
    assert.deepEqual(codes, ['reading_sensor_unknown', 'reading_sensor_unknown'])
    await send(theirs.asGateway, [
      { ...readings[0], timestamp: at(server.clock.nowMs - minuteMs) },
      { ...readings[1], timestamp: at(server.clock.nowMs - minuteMs) },
    ])
  }
  assert.equal((await rowsOf(theirs.temperature)).length, 1)

  const { key } = await create<NewApiKey>(server.as, '/api/keys', {})
  const asScript = caller(server.app, { authorization: `Bearer ${key}` })
  assert.equal((await send(asScript, readings)).stored, 2)
})

test('a revoked key and no key are refused at once, and nothing is stored', async () => {
  const { temperature, gateway, asGateway } = await createSmallBuilding(server)
  const reading = { sensor_id: temperature.id, timestamp: at(server.clock.nowMs), value: 20 }
  await send(asGateway, [reading])
  const { items } = (await server.as('GET', `/api/gateways/${gateway.id}/keys`)).json<{ items: { id: number }[] }>()
  const revoked = await server.as('DELETE', `/api/gateways/${gateway.id}/keys/${items[0]?.id}`)
  assert.equal(revoked.statusCode, 204, revoked.body)
  const refused = await asGateway('POST', ingestPath, { ...reading, value: 21 })
  assert.equal(refused.statusCode, 401, refused.body)
  assert.equal((await server.app.inject({ method: 'POST', url: ingestPath, payload: reading })).statusCode, 401)
  assert.deepEqual(
    (await rowsOf(temperature)).map(({ value }) => value),
    [20],
  )
})

test('values outside the plausible range of their kind are stored as suspect, its ends as good', async () => {
  const { temperature, asGateway } = await createSmallBuilding(server)
  const values = [-40.1, -40, 20, 85, 85.1]
  const readings = values.map((value, i) => ({
    sensor_id: temperature.id,
    timestamp: at(server.clock.nowMs + i),
    value,
  }))
  assert.equal((await send(asGateway, readings)).stored, 5)
  assert.deepEqual(
    (await rowsOf(temperature)).map(({ quality }) => quality),
    [1, 0, 0, 0, 1],
  )
  // Replaced by a believable value, it is good again.
  await send(asGateway, [{ ...readings[0], value: 22 }])
  assert.deepEqual((await rowsOf(temperature))[0], { atMs: server.clock.nowMs, value: 22, quality: 0 })
})

test('a late reading changes nothing that is newer', async () => {
  const { temperature, floor, asGateway } = await createSmallBuilding(server)
  const latest = async () => {
    const { sensors } = (await server.as('GET', `/api/dashboard/floor/${floor.id}`)).json<{
      sensors: { sensor_id: number; latest_value: number; latest_timestamp: string }[]
    }>()
    const { latest_value, latest_timestamp } = sensors.find((one) => one.sensor_id === temperature.id) ?? {}
    return { latest_value, atMs: Date.parse(latest_timestamp ?? '') }
  }
  const { nowMs } = server.clock
  await send(asGateway, [{ sensor_id: temperature.id, timestamp: at(nowMs), value: 20 }])
  assert.deepEqual(await latest(), { latest_value: 20, atMs: nowMs })
  for (const ageMs of [1, minuteMs, 86_400_000, 20 * 365 * 86_400_000]) {
    const late = { sensor_id: temperature.id, timestamp: at(nowMs - ageMs), value: 30 }
    assert.deepEqual((await send(asGateway, [late])).stored, 1)
    assert.deepEqual(await latest(), { latest_value: 20, atMs: nowMs })
  }
  assert.equal((await rowsOf(temperature)).length, 5)
})

test('one reading needs no wrapper, and no reading at all is fine', async () => {
  const { temperature, asGateway } = await createSmallBuilding(server)
  const single = await asGateway('POST', ingestPath, {
    sensor_id: temperature.id,
    timestamp: at(server.clock.nowMs),
    value: 1,
  })
  assert.deepEqual(single.json(), { stored: 1, duplicates: 0, rejected: 0, errors: [] })
  assert.deepEqual(await send(asGateway, []), { stored: 0, duplicates: 0, rejected: 0, errors: [] })
})
