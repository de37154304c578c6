import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '#test'
import {
  assertNothingRunsIn,
  buildingsOf,
  floorsOf,
  makeDataDir,
  onlyBuilding,
  processesOf,
  signIn,
  spawnPlenum,
  startPlenum,
  withCookie,
} from './plenum.ts'

test('the first start prints one address and a password, and whoever signs in there sees the demo building live', async (t) => {
  const dataDir = await makeDataDir(t)
  const first = await startPlenum(t, { dataDir })
  t.diagnostic(`first start: ${first.startMs} ms`)
  assert.equal(first.stdout.match(/http:/g)?.length, 1, first.stdout)
  assert.ok(first.password)

  const person = await signIn(first.address, first.password)
  const building = await onlyBuilding(person)
  const floors = await floorsOf(person, building)
  assert.deepEqual(
    floors.map(({ sensors }) => sensors.length),
    Array.from({ length: 10 }, () => 30),
  )
  const [lowest] = floors
  assert.ok(lowest)
  const path = `/api/dashboard/floor/${lowest.floor.id}`
  const latest = async () => (await person.get<typeof lowest>(path)).sensors.map((sensor) => sensor.latest_value)
  const before = await eventually(latest, (values) => values.every((value) => value !== null))
  await eventually(latest, (values) => JSON.stringify(values) !== JSON.stringify(before))
  assert.ok((await processesOf(dataDir)).length > 2, 'PostgreSQL and the simulator run')

  assert.equal(await first.end('SIGINT'), 0, first.stderr)
  await assertNothingRunsIn(dataDir)

  await t.test('a second start has everything as it was, also who is signed in, and no new password', async (s) => {
    const second = await startPlenum(s, { dataDir })
    t.diagnostic(`second start: ${second.startMs} ms`)
    assert.equal(second.password, null)
    const again = withCookie(second.address, person.cookie)
    assert.deepEqual(await onlyBuilding(again), building)
    const after = await floorsOf(again, building)
    assert.deepEqual(
      after.map(({ floor }) => floor),
      floors.map(({ floor }) => floor),
    )
    const timesOf = (all: typeof floors) => all.flatMap(({ sensors }) => sensors.map((each) => each.latest_timestamp))
    const earlier = timesOf(floors)
    timesOf(after).forEach((time, index) => assert.ok((time ?? '') >= (earlier[index] ?? ''), 'no reading was lost'))
    assert.equal(await second.end('SIGTERM'), 0, second.stderr)
    await assertNothingRunsIn(dataDir)
  })
})

test('PLENUM_DEMO=off starts without a building, and a later start adds none by itself', async (t) => {
  const dataDir = await makeDataDir(t)
  const first = await startPlenum(t, { dataDir, env: { PLENUM_DEMO: 'off' } })
  const person = await signIn(first.address, first.password ?? '')
  assert.deepEqual(await buildingsOf(person), [])
  assert.equal(await first.end(), 0, first.stderr)

  const second = await startPlenum(t, { dataDir })
  assert.deepEqual(await buildingsOf(withCookie(second.address, person.cookie)), [])
  assert.equal(await second.end(), 0, second.stderr)
})

test('asked to end in the middle of its start, it ends at once and leaves nothing running', async (t) => {
  const dataDir = await makeDataDir(t)
  const plenum = spawnPlenum(t, { dataDir })
  await eventually(
    () => processesOf(dataDir),
    (pids) => pids.length > 0,
  )
  assert.equal(await plenum.end('SIGTERM'), 0, plenum.stderr)
  assert.equal(plenum.stdout, '')
  await assertNothingRunsIn(dataDir)
})
