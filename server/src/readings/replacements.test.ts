import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import type { History, MeterReplacement, Problem } from '@plenum/contract'
import { sql } from 'kysely'
import { administrator, create, createSmallBuilding, send, startTestServer, storage } from '#test'

const server = await startTestServer()
const { as, clock } = server
const { db } = server.services.database
const native = { skip: storage === 'native' ? false : 'how the native engine does it' }
const { readings } = server.services
const dayMs = 86_400_000

async function meter(rollover_value: number | null = null) {
  const { floor, key, temperature, asGateway } = await createSmallBuilding(server)
  const of = { floor_id: floor.id, sensor_key: `${key}/water`, name: 'Main', sensor_type: 'water' }
  const { id } = await create(as, '/api/sensors', { ...of, rollover_value })
  await sql`update sensor set created_at = '2000-01-01' where id = ${id}`.execute(db)
  return { id, temperature, asGateway, path: `/api/sensors/${id}/meter-replacements`, key: of.sensor_key, place: key }
}
const at = (time: string) => `2026-06-${time}:00Z`
const read = (id: number, values: Record<string, number>) =>
  send(
    as,
    Object.entries(values).map(([time, value]) => ({ sensor_id: id, timestamp: at(time), value })),
  )
const declared = (path: string, time: string, final_reading: number, first_reading: number, more: object = {}) =>
  create<MeterReplacement>(as, path, { at: at(time), final_reading, first_reading, ...more })

/** From every source, which must agree. */
async function increaseOf(id: number): Promise<number> {
  const asked = 'from=2026-06-01T00:00:00Z&to=2026-06-30T00:00:00Z&limit=10000'
  const found: Record<string, number> = {}
  for (const resolution of ['15m', '1h', '1d']) {
    const answer = await as('GET', `/api/sensors/${id}/history?${asked}&resolution=${resolution}`)
    const records = answer.json<History>().records as { increase?: number | null }[]
    // Quarter hours are made of readings, which may be gone.
    if (records.length > 0) found[resolution] = records.reduce((sum, { increase }) => sum + (increase ?? 0), 0)
  }
  for (const view of ['rollup_1h', 'rollup_1d']) {
    const { rows } = await sql<{ sum: number }>`
      select sum(increase) as sum from ${sql.table(view)} where sensor_id = ${id}`.execute(db)
    found[view] = rows[0]?.sum as number
  }
  const rounded = new Set(Object.values(found).map((sum) => Number(sum.toFixed(6))))
  assert.equal(rounded.size, 1, JSON.stringify(found))
  return [...rounded][0] as number
}

const refused = async (answer: ReturnType<typeof as>, status: number, code: string): Promise<Problem> => {
  const { statusCode, body } = await answer
  assert.deepEqual([statusCode, (JSON.parse(body) as Problem).code], [status, code], body)
  return JSON.parse(body) as Problem
}

test('a roll-over value set or cleared later holds for the past, sealed or not', async () => {
  clock.nowMs = Date.parse('2026-06-10T12:00:00Z')
  const { id } = await meter()
  await read(id, { '05T10:00': 99_990, '05T11:00': 99_995, '05T12:00': 3, '06T10:00': 10 })
  for (const seal of [false, true]) {
    if (seal) await readings.sealClosedDays()
    for (const [rollover_value, increase] of [
      [null, 15],
      [100_000, 20],
      [1_000_000, 15],
    ] as const) {
      assert.equal((await as('PATCH', `/api/sensors/${id}`, { rollover_value })).statusCode, 200)
      assert.equal(await increaseOf(id), increase)
    }
  }
})

test('only counters have a roll-over value, also where the kind changes', async () => {
  const { id, temperature, key, place } = await meter(1_000)
  const code = 'rollover_not_of_counter'
  await refused(as('PATCH', `/api/sensors/${temperature.id}`, { rollover_value: 100 }), 422, code)
  await refused(as('PATCH', `/api/sensors/${id}`, { sensor_type: 'co2' }), 422, code)
  const csv = `building,floor,level,sensor_key,name,sensor_type\nBuilding ${place},3F,3,${key},Main,co2\n`
  await refused(as('POST', '/api/import/sensors', csv, { 'content-type': 'text/csv' }), 422, code)
  for (const bad of [0, -1, 'x', 1e16])
    await refused(as('PATCH', `/api/sensors/${id}`, { rollover_value: bad }), 400, 'validation_failed')
  const patched = await as('PATCH', `/api/sensors/${id}`, { sensor_type: 'co2', rollover_value: null })
  assert.equal(patched.statusCode, 200, patched.body)
})

test('a replacement counts by its two readings, before and after sealing, with readings that come later', async () => {
  clock.nowMs = Date.parse('2026-06-10T12:00:00Z')
  const { id, path } = await meter()
  await read(id, { '05T10:00': 500, '05T11:00': 510, '05T14:00': 7, '06T10:00': 9 })
  assert.equal(await increaseOf(id), 10 + 7 + 2)
  await readings.sealClosedDays()
  const { id: first } = await declared(path, '05T12:00', 512.5, 3)
  assert.equal(await increaseOf(id), 10 + (2.5 + 4) + 2)
  // Late: closer to the instant, from both meters.
  await read(id, { '05T11:30': 512, '05T12:00': 3.5 })
  assert.equal(await increaseOf(id), 10 + 2 + (0.5 + 0.5) + 3.5 + 2)
  await readings.sealClosedDays()
  assert.equal(await increaseOf(id), 10 + 2 + (0.5 + 0.5) + 3.5 + 2)
  // A second one at night, between the readings of two days.
  await declared(path, '05T22:00', 8, 8.25)
  assert.equal(await increaseOf(id), 10 + 2 + (0.5 + 0.5) + 3.5 + (1 + 0.75))
  assert.equal((await as('POST', `${path}/${first}/withdraw`)).statusCode, 200)
  assert.equal(await increaseOf(id), 10 + 2 + 3.5 + 3.5 + (1 + 0.75), 'a reset again')
})

test('who declared and who withdrew stays in the list, and an instant can be declared anew after it', async () => {
  clock.nowMs = Date.parse('2026-06-10T12:00:00Z')
  const { path } = await meter()
  const wrong = await declared(path, '05T12:00', 5125, 3, { note: '交換' })
  assert.deepEqual([wrong.note, wrong.declared_by.email], ['交換', administrator.email])
  assert.equal(wrong.declared_at, '2026-06-10T12:00:00.000Z')
  const again = { at: at('05T12:00'), final_reading: 512.5, first_reading: 3 }
  await refused(as('POST', path, again), 409, 'replacement_instant_taken')
  clock.nowMs += 60_000
  const withdrawn = (await as('POST', `${path}/${wrong.id}/withdraw`)).json<MeterReplacement>()
  const withdrawal = { withdrawn_at: '2026-06-10T12:01:00.000Z', withdrawn_by: wrong.declared_by }
  assert.deepEqual(withdrawn, { ...wrong, ...withdrawal })
  await refused(as('POST', `${path}/${wrong.id}/withdraw`), 409, 'replacement_withdrawn')
  const right = await create<MeterReplacement>(as, path, again)
  assert.deepEqual((await as('GET', path)).json(), { items: [withdrawn, right] })
})

test('what can not be is refused', async () => {
  clock.nowMs = Date.parse('2026-06-10T12:00:00Z')
  const { path, temperature, asGateway } = await meter()
  const other = await meter()
  const good = { at: at('05T12:00'), final_reading: 512.5, first_reading: 3 }
  const gauge = `/api/sensors/${temperature.id}/meter-replacements`
  await refused(as('POST', gauge, good), 422, 'replacement_not_of_counter')
  assert.deepEqual((await as('GET', gauge)).json(), { items: [] })
  await refused(as('POST', '/api/sensors/2147483647/meter-replacements', good), 404, 'replacement_sensor_not_found')
  await refused(as('GET', '/api/sensors/2147483647/meter-replacements'), 404, 'replacement_sensor_not_found')
  for (const time of ['2026-06-10T12:00:00.001Z', '1989-12-31T23:59:59Z'])
    await refused(as('POST', path, { ...good, at: time }), 422, 'replacement_time_invalid')
  for (const bad of [{ final_reading: -1 }, { first_reading: '3' }, { at: 'today' }, { note: '' }, { id: 1 }])
    await refused(as('POST', path, { ...good, ...bad }), 400, 'validation_failed')
  await refused(asGateway('POST', path, good), 403, 'not_allowed')
  const { id } = await create<MeterReplacement>(as, path, good)
  await refused(as('POST', `${other.path}/${id}/withdraw`), 404, 'replacement_not_found')
})

test('a replacement goes with its sensor', async () => {
  clock.nowMs = Date.parse('2026-06-10T12:00:00Z')
  const { id, path, key } = await meter()
  await declared(path, '05T12:00', 1, 0)
  const answer = await as('DELETE', `/api/sensors/${id}?confirm=${encodeURIComponent(key)}`)
  assert.equal(answer.statusCode, 204, answer.body)
  const left = await sql`select from meter_replacement where sensor_id = ${id}`.execute(db)
  assert.equal(left.rows.length, 0)
})

test('where readings are gone their figures go on being right; what can not be known any more is refused', async () => {
  clock.nowMs = Date.parse('2026-06-10T12:00:00Z')
  const { id, path } = await meter()
  await read(id, { '05T10:00': 90, '05T11:00': 95, '05T12:00': 3, '05T14:00': 9, '06T10:00': 12, '06T11:00': 13 })
  await readings.sealClosedDays()
  // Between two readings of a day, declared in time.
  const within = await declared(path, '05T13:00', 5, 2)
  assert.equal(await increaseOf(id), 5 + 3 + (2 + 7) + 3 + 1)
  clock.nowMs += 500 * dayMs
  await readings.retention.dropExpired()
  assert.deepEqual(
    (await as('GET', `/api/sensors/${id}/history?from=${at('05T00:00')}&to=${at('07T00:00')}`)).json<History>().records,
    [],
  )
  assert.equal(await increaseOf(id), 5 + 3 + (2 + 7) + 3 + 1)
  assert.equal((await as('PATCH', `/api/sensors/${id}`, { rollover_value: 100 })).statusCode, 200)
  assert.equal(await increaseOf(id), 5 + 8 + (2 + 7) + 3 + 1)
  assert.equal((await as('POST', `${path}/${within.id}/withdraw`)).statusCode, 200)
  assert.equal(await increaseOf(id), 5 + 8 + 6 + 3 + 1)
  // Before the first reading of a day, and after its last, nothing has to be known of those between.
  await declared(path, '05T20:00', 10, 11)
  assert.equal(await increaseOf(id), 5 + 8 + 6 + (1 + 1) + 1)
  await refused(
    as('POST', path, { at: at('06T10:30'), final_reading: 1, first_reading: 0 }),
    409,
    'replacement_readings_gone',
  )
})

test('a replacement declared before its day is sealed, or while it is, is counted all the same', async () => {
  clock.nowMs = Date.parse('2026-06-10T12:00:00Z')
  const meters = await Promise.all(Array.from({ length: 12 }, () => meter()))
  await Promise.all(meters.map(({ id }) => read(id, { '05T10:00': 100, '05T14:00': 90 })))
  // A used meter that shows nearly as much as the old one: no fall that is kept by itself.
  const [early, ...others] = meters
  await declared(early?.path as string, '05T12:00', 101, 83)
  await Promise.all([
    ...others.map(({ path }) => declared(path, '05T12:00', 101, 83)),
    readings.sealClosedDays(),
    readings.sealClosedDays(),
  ])
  await readings.sealClosedDays()
  for (const { id } of meters) assert.equal(await increaseOf(id), 8)
})

test('readings sealed before the version that knows roll-overs are noted by its migration', native, async () => {
  clock.nowMs = Date.parse('2026-06-10T12:00:00Z')
  const { id } = await meter()
  await read(id, { '05T09:00': -1, '05T10:00': 99.5, '05T11:00': 3, '05T12:00': 1, '05T13:00': -1 })
  await readings.sealClosedDays()
  const kept = () => sql`select first_good_ms, last_good_ms, steps from segment where sensor_id = ${id}`.execute(db)
  const { rows: sealed } = await kept()
  assert.equal((sealed[0] as { steps: number[] }).steps.length, 8)
  await sql`update segment set first_good_ms = null, last_good_ms = null, steps = null`.execute(db)
  const migration = await readMigration()
  await sql.raw(migration).execute(db)
  assert.deepEqual((await kept()).rows, sealed)
})

/** Its one statement that fills in what is sealed. */
async function readMigration(): Promise<string> {
  const text = await readFile(new URL('../../migrations/0007_counter.sql', import.meta.url), 'utf8')
  const from = text.indexOf('update segment s set')
  return text.slice(from, text.indexOf(';', from))
}
