import assert from 'node:assert/strict'
import test from 'node:test'
import type { FloorDashboard, NewApiKey } from '@plenum/contract'
import { caller, create, createSmallBuilding, send, startTestServer } from '#test'
import { statementsOf as allStatementsOf } from '../statements.ts'

const server = await startTestServer()
const { app, as, services, clock } = server

// When a session was last used is noted once a minute, whatever is asked.
const statementsOf = async (work: () => Promise<unknown>): Promise<string[]> =>
  (await allStatementsOf(work)).filter((text) => !/^update "(session|person)" set "last_/.test(text))
const aboutReadings = (statements: string[]) => statements.filter((text) => /\b(newest_)?reading\b/.test(text))

const floorWith = async (count: number): Promise<number> => {
  const { building, floor } = await createSmallBuilding(server)
  const rows = Array.from({ length: count - 2 }, (_, i) => ({
    building_id: building.id,
    floor_id: floor.id,
    sensor_key: `f${floor.id}/${i}`,
    name: `N ${i}`,
    sensor_type: 'noise',
    unit: 'dB',
  }))
  const added = await services.database.db.insertInto('sensor').values(rows).returning('id').execute()
  await send(
    as,
    added.map(({ id }) => ({ sensor_id: id, timestamp: new Date(clock.nowMs).toISOString(), value: 40 })),
  )
  return floor.id
}

test('a floor costs one query however many sensors it has, and a request the same number of statements', async () => {
  const counts: number[] = []
  for (const sensors of [3, 30, 300]) {
    const floorId = await floorWith(sensors)
    const url = `/api/dashboard/floor/${floorId}`
    clock.nowMs += 60_000
    const cold = await statementsOf(async () => {
      const answer = await as('GET', url)
      assert.equal(answer.headers['x-cache'], 'miss')
      assert.equal(answer.json<FloorDashboard>().sensors.length, sensors)
    })
    assert.equal(aboutReadings(cold).length, 1)
    counts.push(cold.length)

    const warm = await statementsOf(async () => assert.equal((await as('GET', url)).headers['x-cache'], 'hit'))
    assert.equal(warm.length, cold.length - 1, 'only who asks is looked up again')
    const sparks = await statementsOf(() => as('GET', `${url}/sparklines`))
    assert.equal(aboutReadings(sparks).length, 1)
  }
  assert.equal(new Set(counts).size, 1, `statements a request: ${counts.join(', ')}`)
  assert.ok((counts[0] ?? 99) <= 3)
})

test('a building costs the same queries however many floors and sensors it has', async () => {
  const { building, floor } = await createSmallBuilding(server)
  const cost = async () => {
    clock.nowMs += 60_000
    return (await statementsOf(() => as('GET', `/api/dashboard/building/${building.id}`))).length
  }
  const before = await cost()
  for (let level = 10; level < 15; level++) {
    await create(as, '/api/floors', { building_id: building.id, name: `${level}F`, level })
  }
  const rows = Array.from({ length: 200 }, (_, i) => ({
    building_id: building.id,
    floor_id: floor.id,
    sensor_key: `b${i}`,
    name: 'x',
    sensor_type: 'co2',
    unit: 'ppm',
  }))
  await services.database.db.insertInto('sensor').values(rows).execute()
  assert.equal(await cost(), before)
})

test('a thousand who ask for a floor at once share one query', async () => {
  const floorId = await floorWith(3)
  const { key } = await create<NewApiKey>(as, '/api/keys', {})
  const script = caller(app, { authorization: `Bearer ${key}` })
  await script('GET', '/api/sensor-types')
  clock.nowMs += 60_000
  const sent = await statementsOf(async () => {
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, () => script('GET', `/api/dashboard/floor/${floorId}`)),
    )
    assert.ok(answers.every((answer) => answer.statusCode === 200))
    assert.equal(answers.filter((answer) => answer.headers['x-cache'] === 'miss').length, 1)
  })
  // That the key was used is noted beside it, a moment later.
  const asked = sent.filter((text) => text.startsWith('select') || aboutReadings([text]).length > 0)
  assert.equal(asked.length, 1, `their key is remembered: ${sent.join('\n')}`)
})
