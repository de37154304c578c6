import assert from 'node:assert/strict'
import test, { beforeEach } from 'node:test'
import type { Problem, Retention, RetentionDryRun, RetentionDue, RetentionLogEntry } from '@plenum/contract'
import { sensorTypes } from '@plenum/contract'
import { sql } from 'kysely'
import { createSmallBuilding, loadRuns, startTestServer } from '#test'

const server = await startTestServer()
const { as, services } = server
const { db } = services.database
const { readings } = services
const path = '/api/retention'
const dayMs = 86_400_000

beforeEach(() => sql`truncate retention_rule`.execute(db))

const { temperature } = await createSmallBuilding(server)
await sql`update sensor set created_at = '2000-01-01'`.execute(db)
/** 400 days of one reading each, up to the 1st of November 2026. */
const values = Array.from({ length: 400 }, (_, i) => i % 30)
await loadRuns(as, [
  { sensor_id: temperature.id, start: Date.parse('2026-11-01T00:00Z') - 399 * dayMs, step_ms: dayMs, values },
])

const kinds = async () => (await as('GET', path)).json<{ items: Retention[] }>().items
const temperatureNow = async () => (await kinds()).find(({ sensor_type }) => sensor_type === 'temperature')
const put = (periods: unknown, type = 'temperature') => as('PUT', `${path}/${type}`, periods)
const readingsLeft = async () =>
  (await sql<{ n: number }>`select count(*) as n from reading_all`.execute(db)).rows[0]?.n

test('every kind has its periods, and says whether they are the default', async () => {
  const items = await kinds()
  assert.deepEqual(
    items.map(({ sensor_type }) => sensor_type),
    sensorTypes,
  )
  assert.deepEqual(await temperatureNow(), {
    sensor_type: 'temperature',
    raw: { months: 13 },
    rollup: { months: 60 },
    is_default: true,
    default: { raw: { months: 13 }, rollup: { months: 60 } },
    updated_at: null,
  })
})

test('a change is answered with what it would drop, and drops nothing; the default comes back', async () => {
  const answer = await put({ raw: { days: 30 }, rollup: 'for_ever' })
  assert.equal(answer.statusCode, 200, answer.body)
  const { would_drop, ...changed } = answer.json<Retention & { would_drop: RetentionDue[] }>()
  assert.deepEqual(changed, await temperatureNow())
  assert.deepEqual([changed.raw, changed.rollup, changed.is_default], [{ days: 30 }, 'for_ever', false])
  assert.equal(changed.updated_at, new Date(server.clock.nowMs).toISOString())
  assert.deepEqual(
    would_drop.map(({ sensor_type, stage, before, days, readings: gone }) => [sensor_type, stage, before, days, gone]),
    [['temperature', 'raw', '2026-10-24T10:15:04.000Z', 391, 391]],
  )
  assert.equal(await readingsLeft(), 400)
  assert.ok(server.logged.some((line) => line.includes('retention changed') && line.includes('userId')))

  const back = await as('DELETE', `${path}/temperature`)
  assert.equal(back.statusCode, 200)
  assert.equal(back.json<Retention>().is_default, true)
  assert.equal((await temperatureNow())?.updated_at, null)
  assert.equal((await sql`select from retention_rule`.execute(db)).rows.length, 0)
})

test('only what differs from the default is stored', async () => {
  await put({ raw: { months: 13 }, rollup: { months: 120 } })
  const rules = await sql`select stage, months, days from retention_rule`.execute(db)
  assert.deepEqual(rules.rows, [{ stage: 'rollup', months: 120, days: null }])
  await put({ raw: { months: 13 }, rollup: { months: 60 } })
  assert.equal((await temperatureNow())?.is_default, true)
})

test('figures kept shorter than readings are refused, and so is what could reach days not sealed yet', async () => {
  const short: unknown[] = [
    { raw: { months: 13 }, rollup: { months: 12 } },
    { raw: 'for_ever', rollup: { months: 1_200 } },
    { raw: { days: 30 }, rollup: { months: 1 } },
    { raw: { months: 1 }, rollup: { days: 30 } },
  ]
  for (const periods of short) {
    const answer = await put(periods)
    assert.deepEqual([answer.statusCode, answer.json<Problem>().code], [422, 'retention_rollup_too_short'])
    const asked = await as('POST', `${path}/dry-run`, { rules: [{ sensor_type: 'co2', ...(periods as object) }] })
    assert.equal(asked.statusCode, 422, asked.body)
  }
  const wrong: unknown[] = [
    { raw: { days: 6 }, rollup: { months: 60 } },
    { raw: { days: 30.5 }, rollup: { months: 60 } },
    { raw: { months: 0 }, rollup: { months: 60 } },
    { raw: { months: 1, days: 30 }, rollup: { months: 60 } },
    { raw: null, rollup: { months: 60 } },
    { raw: {}, rollup: { months: 60 } },
    { raw: { days: 30 } },
    { raw: { days: 36_501 }, rollup: 'for_ever' },
  ]
  for (const periods of wrong) assert.equal((await put(periods)).statusCode, 400, JSON.stringify(periods))
  assert.equal((await put({ raw: { days: 30 }, rollup: 'for_ever' }, 'smell')).statusCode, 400)
  assert.equal((await temperatureNow())?.is_default, true)
  assert.equal((await put({ raw: { months: 1 }, rollup: { days: 31 } })).statusCode, 200)
})

test('two who change a kind at once leave it as one of them wanted', async () => {
  const wishes = [
    { raw: { days: 10 }, rollup: { days: 20 } },
    { raw: { months: 24 }, rollup: 'for_ever' },
    { raw: { months: 2 }, rollup: { months: 60 } },
  ]
  const answers = await Promise.all([...wishes, ...wishes].map((wish) => put(wish)))
  assert.ok(answers.every(({ statusCode }) => statusCode === 200))
  const { raw, rollup } = (await temperatureNow()) ?? {}
  assert.ok(wishes.some((wish) => JSON.stringify(wish) === JSON.stringify({ raw, rollup })))
})

test('a dry run tells what would go, as things are or under other rules', async () => {
  const dryRun = async (body?: unknown) => {
    const answer = await as('POST', `${path}/dry-run`, body)
    assert.equal(answer.statusCode, 200, answer.body)
    return answer.json<RetentionDryRun>()
  }
  assert.deepEqual(await dryRun(), await dryRun({ rules: [] }))
  assert.deepEqual((await dryRun()).total.days, 25, 'the 28th of September to the 22nd of October 2025')
  const { items, total } = await dryRun({
    rules: [
      { sensor_type: 'temperature', raw: { days: 40 }, rollup: { days: 100 } },
      { sensor_type: 'co2', raw: { days: 7 }, rollup: { days: 7 } },
    ],
  })
  assert.deepEqual(
    items.map(({ sensor_type, stage, days, readings: gone }) => [sensor_type, stage, days, gone]),
    [
      ['temperature', 'rollup', 321, 321],
      ['temperature', 'raw', 60, 60],
    ],
  )
  assert.deepEqual([total.days, total.readings], [381, 381])
  assert.equal(
    total.bytes,
    items.reduce((sum, { bytes }) => sum + bytes, 0),
  )
  assert.equal((await temperatureNow())?.is_default, true)
  assert.equal(await readingsLeft(), 400)
})

test('the log comes in pages, newest first, each entry once', async () => {
  assert.deepEqual((await as('GET', `${path}/log`)).json(), { items: [], next_cursor: null })
  for (let day = 0; day < 5; day++) {
    await readings.retention.dropExpired()
    server.clock.nowMs += dayMs
  }
  const page = async (query: string) =>
    (await as('GET', `${path}/log${query}`)).json<{ items: RetentionLogEntry[]; next_cursor: string | null }>()
  const { items: all, next_cursor: none } = await page('')
  assert.equal(none, null)
  assert.deepEqual(
    all.map(({ sensor_type, stage, days }) => [sensor_type, stage, days]),
    [1, 1, 1, 1, 25].map((days) => ['temperature', 'raw', days]),
  )
  assert.deepEqual(
    all
      .map(({ done_at }) => done_at)
      .sort()
      .reverse(),
    all.map(({ done_at }) => done_at),
  )
  const paged: RetentionLogEntry[] = []
  for (let query: string | null = '?limit=2'; query !== null; ) {
    const { items, next_cursor } = await page(query)
    paged.push(...items)
    query = next_cursor === null ? null : `?limit=2&cursor=${next_cursor}`
  }
  assert.deepEqual(paged, all)
  const other = Buffer.from(JSON.stringify(['/api/buildings', 1])).toString('base64url')
  assert.equal((await as('GET', `${path}/log?cursor=${other}`)).json<Problem>().code, 'cursor_invalid')
})
