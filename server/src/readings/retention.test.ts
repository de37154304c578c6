import assert from 'node:assert/strict'
import test, { beforeEach } from 'node:test'
import type { SensorType } from '@plenum/contract'
import { sql } from 'kysely'
import { bySystem } from '#audit'
import { create, createSmallBuilding, loadRuns, send, startTestServer, storage } from '#test'
import { retentionStore } from './retention-store.ts'

const server = await startTestServer()
const { db } = server.services.database
const { readings } = server.services
const { retention } = readings
const dayMs = 86_400_000
const native = { skip: storage === 'native' ? false : 'how the native engine does it' }
/** A figure from readings and one from quarter hours are equal to twelve digits. */
const rounded = (figures: unknown): unknown =>
  JSON.parse(JSON.stringify(figures), (_, value) => (typeof value === 'number' ? Number(value.toPrecision(12)) : value))

beforeEach(async () => {
  await sql`truncate segment, reading, retention_rule, retention_log`.execute(db)
  await sql`delete from sensor`.execute(db)
  server.clock.nowMs = Date.parse('2026-11-23T10:15:04Z')
})

/** Sensors that were there long before their readings. */
async function building() {
  const small = await createSmallBuilding(server)
  await sql`update sensor set created_at = '2000-01-01'`.execute(db)
  return small
}

/** One reading at noon (UTC) of each of some days, in segments. */
async function loadDays(sensorIds: readonly number[], from: string, days: number): Promise<void> {
  const columns = {
    start: Date.parse(`${from}T12:00:00Z`),
    step_ms: dayMs,
    values: Array.from({ length: days }, (_, i) => i),
  }
  await loadRuns(
    server.as,
    sensorIds.map((sensor_id) => ({ sensor_id, ...columns })),
  )
}

const minutes = (sensorId: number, from: string, length: number, value = (i: number) => 20 + (i % 50) / 10) =>
  Array.from({ length }, (_, i) => ({
    sensor_id: sensorId,
    timestamp: new Date(Date.parse(from) + i * 60_000).toISOString(),
    value: value(i),
  }))

const count = async (relation: string): Promise<number> =>
  (await sql<{ n: number }>`select count(*) as n from ${sql.table(relation)}`.execute(db)).rows[0]?.n as number
const logEntries = async () =>
  (await retention.log({ before: null, limit: 100 })).map(({ sensor_type, stage, days, readings: gone }) => [
    sensor_type,
    stage,
    days,
    Number(gone),
  ])

test('readings go first, the figures of hours and days stay, and a dry run tells beforehand', async () => {
  const { temperature } = await building()
  await send(server.as, minutes(temperature.id, '2026-06-05T00:00:00Z', 300))
  await readings.sealClosedDays()
  const sensorIds = [temperature.id]
  const range = { sensorIds, fromMs: Date.parse('2026-06-01T00:00Z'), toMs: Date.parse('2026-06-20T00:00Z') }
  const rollups = async () => [
    await readings.stored.rollups({ ...range, unit: 'hour' }),
    await readings.stored.rollups({ ...range, unit: 'day' }),
  ]
  const views = async () => [
    (await sql`select * from rollup_1h where sensor_id = ${temperature.id} order by at`.execute(db)).rows,
    (await sql`select * from rollup_1d where sensor_id = ${temperature.id} order by at`.execute(db)).rows,
  ]
  const [before, seen] = [await rollups(), await views()]
  server.clock.nowMs = Date.parse('2027-07-06T00:00Z')
  const [told, ...others] = await retention.wouldDrop()
  assert.deepEqual(others, [])
  assert.deepEqual([told?.sensorType, told?.stage, told?.days, told?.readings], ['temperature', 'raw', 1, 300])
  // Of rows it is an average, over all that the table takes.
  if (storage === 'native') assert.ok(told !== undefined && told.bytes > 0 && told.bytes < 300 * 8)
  assert.deepEqual(await retention.dropExpired(), { days: 1, readings: 300, finished: true })
  assert.deepEqual(await retention.wouldDrop(), [])
  for await (const chunk of readings.stored.scan(range)) assert.fail(`${chunk.atMs.length} readings are still there`)
  assert.deepEqual(rounded([await rollups(), await views()]), rounded([before, seen]))
  assert.deepEqual(await logEntries(), [['temperature', 'raw', 1, 300]])

  // Late for a day that has only figures left: gone when it is sealed, and the figures stay what they are.
  await send(
    server.as,
    minutes(temperature.id, '2026-06-05T00:30:00Z', 1, () => 80),
  )
  assert.deepEqual(rounded([await rollups(), await views()]), rounded([before, seen]))
  await readings.sealClosedDays()
  assert.deepEqual(rounded([await rollups(), await views()]), rounded([before, seen]))
  server.clock.nowMs = Date.parse('2032-01-01T00:00Z')
  await retention.dropExpired()
  assert.equal(await count('segment'), 0)
})

test('steps are bounded, a run that is stopped goes on the next time, and all of a day is one entry of the log', async () => {
  const { temperature, co2 } = await building()
  await loadDays([temperature.id, co2.id], '2015-01-01', 2_600)
  const stop = new AbortController()
  const steps: number[] = []
  const first = await retention.dropExpired({
    signal: stop.signal,
    onStep: ({ days }) => {
      steps.push(days)
      if (steps.length === 2) stop.abort()
    },
  })
  assert.deepEqual(steps, [2_000, 4_000])
  assert.deepEqual(first, { days: 4_000, readings: 4_000, finished: false })
  assert.equal(await count('segment'), 1_200)
  assert.deepEqual(await retention.dropExpired({ forMs: -1 }), { days: 0, readings: 0, finished: false })

  server.clock.nowMs += 60_000
  assert.deepEqual(await retention.dropExpired(), { days: 1_200, readings: 1_200, finished: true })
  assert.equal(await count('segment'), 2 * 82, 'figures from the 23rd of November 2021 on are kept')
  assert.deepEqual((await logEntries()).sort(), [
    ['co2', 'raw', 82, 82],
    ['co2', 'rollup', 2_518, 2_518],
    ['temperature', 'raw', 82, 82],
    ['temperature', 'rollup', 2_518, 2_518],
  ])
  const log = await retention.log({ before: null, limit: 100 })
  const took = log.map(({ started_at, done_at }) => done_at.getTime() - started_at.getTime())
  assert.deepEqual([...new Set(took)].sort(), [0, 60_000], 'one of them was begun in the first run')
  server.clock.nowMs += dayMs
  assert.deepEqual(await retention.dropExpired(), { days: 2, readings: 0, finished: true })
  assert.equal((await logEntries()).length, 6, 'another day, other entries')
})

test('workers that drop at once drop each day once', async () => {
  const { temperature, co2 } = await building()
  await loadDays([temperature.id, co2.id], '2018-01-01', 1_500)
  const told = await retention.wouldDrop()
  const runs = await Promise.all([retention.dropExpired(), retention.dropExpired(), retention.dropExpired()])
  const rest = await retention.dropExpired()
  const sum = (list: { days: number; readings: number }[]) => [
    list.reduce((total, { days }) => total + days, 0),
    list.reduce((total, { readings: gone }) => total + gone, 0),
  ]
  assert.deepEqual(sum([...runs, rest]), sum(told))
  assert.deepEqual(
    sum((await logEntries()).map(([, , days, gone]) => ({ days: days as number, readings: gone as number }))),
    sum(told),
  )
})

test('a sensor is kept by the kind that it has now, disabled or not', async () => {
  const { temperature, co2 } = await building()
  await loadDays([temperature.id, co2.id], '2026-09-01', 10)
  assert.deepEqual(await retention.wouldDrop(), [])
  await server.as('PATCH', `/api/sensors/${temperature.id}`, { sensor_type: 'motion', status: 'disabled' })
  const told = await retention.wouldDrop()
  assert.deepEqual(
    told.map(({ sensorType, stage, days }) => [sensorType, stage, days]),
    [['motion', 'raw', 10]],
  )
  assert.equal((await retention.dropExpired()).days, 10)
  // What is gone stays gone under a kind that is kept longer, and nothing of it is dropped twice.
  await server.as('PATCH', `/api/sensors/${temperature.id}`, { sensor_type: 'temperature' })
  assert.deepEqual(await retention.wouldDrop(), [])
  const left = await sql<{ id: number }>`select distinct sensor_id as id from reading_all`.execute(db)
  assert.deepEqual(
    left.rows.map(({ id }) => id),
    [co2.id],
  )
})

test('a recorded past that is brought in stays for a whole period after its sensors were registered', async () => {
  const { temperature } = await building()
  await loadDays([temperature.id], '2013-08-01', 30)
  await sql`update sensor set created_at = '2026-11-20'`.execute(db)
  const told = await retention.wouldDrop()
  assert.deepEqual(
    told.map(({ stage, days, heldDays, heldReadings }) => [stage, days, heldDays, heldReadings]),
    [
      ['rollup', 0, 30, 30],
      ['raw', 0, 30, 30],
    ],
  )
  assert.equal((await retention.dropExpired()).days, 0)
  server.clock.nowMs = Date.parse('2027-12-21T00:00Z')
  assert.deepEqual(await retention.dropExpired(), { days: 30, readings: 30, finished: true })
  assert.equal(await count('segment'), 30, 'its figures stay longer')
})

test(
  'days that are too old but not sealed are sealed first, and one with late rows over it waits for them',
  native,
  async () => {
    const { temperature, co2 } = await building()
    await send(server.as, minutes(co2.id, '2020-03-01T00:00:00Z', 60))
    assert.deepEqual(await retention.wouldDrop(), [], 'not sealed yet')
    assert.deepEqual(await retention.dropExpired(), { days: 1, readings: 60, finished: true })
    assert.equal((await count('segment')) + (await count('reading')), 0)

    await loadDays([temperature.id], '2025-06-01', 3)
    const counts = async () => {
      const { rows } = await sql<{ count: number; step_ms: number | null }>`
      select count, step_ms from segment where sensor_id = ${temperature.id} order by from_at`.execute(db)
      return rows.map((row) => [row.count, row.step_ms === null])
    }
    await send(server.as, minutes(temperature.id, '2025-06-02T12:30:00Z', 5))
    // As if the late rows had come between the sealing and the drop.
    const drop = async () =>
      retentionStore.drop(db, await retention.policy.cutOffs(), 'raw', {
        sensorIds: [temperature.id],
        limit: 10,
        nowMs: server.clock.nowMs,
      })
    assert.deepEqual(await drop(), [{ sensorType: 'temperature', days: 2, readings: 2 }])
    assert.deepEqual(await counts(), [
      [1, true],
      [1, false],
      [1, true],
    ])
    assert.deepEqual(await retention.dropExpired(), { days: 1, readings: 6, finished: true })
    assert.deepEqual(await counts(), [
      [1, true],
      [6, true],
      [1, true],
    ])
  },
)

test('what was dropped is in the metrics', async () => {
  const { temperature } = await building()
  await loadDays([temperature.id], '2024-11-01', 10)
  const dropped = async () => {
    const text = await server.services.metrics.text()
    return ['days', 'readings'].map((of) =>
      Number(new RegExp(`^plenum_dropped_${of}_total{stage="raw"} (\\d+)$`, 'm').exec(text)?.[1] ?? 0),
    )
  }
  const [days = 0, gone = 0] = await dropped()
  await retention.dropExpired()
  assert.deepEqual(await dropped(), [days + 10, gone + 10])
})

test('with many kinds, periods and ages exactly what is too old goes, and the dry run said so', async () => {
  const kinds: SensorType[] = ['temperature', 'motion', 'energy', 'noise']
  // Of all zones these two begin a day first and last.
  const places = await Promise.all(
    ['Pacific/Kiritimati', 'Pacific/Pago_Pago'].map(async (timezone) => {
      const small = await building()
      await server.as('PATCH', `/api/buildings/${small.building.id}`, { timezone })
      return { floor: small.floor, timezone }
    }),
  )
  const wanted = kinds.flatMap((sensor_type) =>
    ['2000-01-01', '2026-05-01'].flatMap((created) => places.map((place) => ({ ...place, sensor_type, created }))),
  )
  const sensors = await Promise.all(
    wanted.map(async ({ sensor_type, created, floor, timezone }) => {
      const key = `${sensor_type} ${created} ${timezone}`
      const body = { floor_id: floor.id, sensor_key: key, name: key, sensor_type }
      const { id } = await create(server.as, '/api/sensors', body)
      await sql`update sensor set created_at = ${created} where id = ${id}`.execute(db)
      return { id, sensor_type, createdMs: Date.parse(created) }
    }),
  )
  const ids = sensors.map(({ id }) => id)
  await loadDays(ids, '2025-06-01', 500)
  await retention.policy.set('temperature', { raw: { months: 3 }, rollup: { months: 12 } }, bySystem('test'))
  await retention.policy.set('motion', { raw: { days: 7 }, rollup: { days: 100 } }, bySystem('test'))
  await retention.policy.set('energy', { raw: { days: 400 }, rollup: 'for_ever' }, bySystem('test'))
  await retention.policy.set('noise', { raw: 'for_ever', rollup: 'for_ever' }, bySystem('test'))
  const cutOffs = await retention.policy.cutOffs()
  const rows = async () =>
    (
      await sql<{ sensor_id: number; to_ms: number; raw: boolean }>`
        select d.sensor_id, (extract(epoch from local_midnight(d.day + 1, b.timezone)) * 1000)::float8 as to_ms,
               (s.sensor_id is null or s.step_ms is not null) as raw
        from rollup_1d d
        join sensor x on x.id = d.sensor_id
        join building b on b.id = x.building_id
        left join segment s on s.sensor_id = d.sensor_id and s.from_at = d.at
        order by d.sensor_id, d.at`.execute(db)
    ).rows
  const expected = (await rows()).flatMap((row) => {
    const sensor = sensors.find(({ id }) => id === row.sensor_id)
    const cutOff = cutOffs.find(({ sensorType }) => sensorType === sensor?.sensor_type)
    const sinceMs = Math.max(row.to_ms, sensor?.createdMs ?? 0)
    if (cutOff?.rollup !== null && sinceMs <= (cutOff?.rollup ?? 0)) return []
    return [{ ...row, raw: cutOff?.raw === null || sinceMs > (cutOff?.raw ?? 0) }]
  })
  const before = await rows()
  const told = await retention.wouldDrop()
  const { days } = await retention.dropExpired()
  assert.deepEqual(await rows(), expected)
  assert.equal(await count('reading_all'), expected.filter(({ raw }) => raw).length, 'one a day')
  assert.ok(expected.length < before.length && expected.some(({ raw }) => !raw) && expected.some(({ raw }) => raw))
  const toldDays = told.reduce((sum, one) => sum + one.days, 0)
  assert.equal(days, toldDays)
})
