import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { IngestAnswer } from '@plenum/contract'
import { createPerson, createSmallBuilding, eventually, startTestServer } from '#test'
import { openReaders, openSleeper } from './live-readers.ts'
import { makeDataDir, signIn, startPlenum } from './plenum.ts'

/** L6 of the promises: many watch, and one of them never reads. */
const readerCount = 500
/** Of one person there are 50 streams at most. */
const personCount = 11
const watchedSensors = 60
/** So many that one change of all of them is larger than what a connection may be behind. */
const wideSensors = 3_000
const fewestRounds = 20
const grownAtMostMb = 100

const server = await startTestServer()

async function addFloor(sensorCount: number) {
  const { building, floor } = await createSmallBuilding(server)
  const kind = { sensor_type: 'noise', unit: 'dB', building_id: building.id, floor_id: floor.id }
  const rows = Array.from({ length: sensorCount }, (_, i) => {
    return { ...kind, sensor_key: `${floor.id}/${i}`, name: `N ${i}` }
  })
  const added = await server.services.database.db.insertInto('sensor').values(rows).returning('id').execute()
  return { building, path: `/api/live/floor/${floor.id}`, sensorIds: added.map(({ id }) => id) }
}

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0

test('500 watch and one never reads: it is let go, the others miss nothing, and memory stays bounded', async (t) => {
  const [watched, wide] = [await addFloor(watchedSensors), await addFloor(wideSensors)]
  const buildings = [watched.building.id, wide.building.id]
  const people = await Promise.all(
    Array.from({ length: personCount }, () => createPerson(server, { role: 'viewer', buildings })),
  )
  const { address, person, figure } = await startInstance(t)
  const cookies = await Promise.all(
    people.map(async ({ email, password }) => (await signIn(address, password, email)).cookie),
  )
  let round = 0
  const report = (sensorIds: readonly number[]) => {
    const timestamp = new Date().toISOString()
    const readings = sensorIds.map((sensor_id) => ({ sensor_id, timestamp, value: 30 + (round % 40) }))
    return person.post<IngestAnswer>('/api/sensors/data', { readings })
  }
  // Warm, with all code loaded and compiled, is what growth is counted from.
  for (; round < 5; round++) await report([...watched.sensorIds, ...wide.sensorIds])
  const residentMb = async () => (await figure('process_resident_memory_bytes')) / 1_048_576
  const before = await residentMb()

  const readers = await openReaders(t, { address, path: watched.path, cookies, count: readerCount })
  openSleeper(t, { address, path: wide.path, cookie: cookies[0] ?? '' })
  await eventually(
    () => figure('plenum_live_streams'),
    (open) => open === readerCount + 1,
  )
  const startCpuS = await figure('process_cpu_seconds_total')
  const startedAtMs = performance.now()
  let most = before
  let rounds = 0
  while (rounds < fewestRounds || (await figure('plenum_live_dropped_total')) === 0) {
    assert.ok(rounds < 200, 'it was never let go')
    round++
    rounds++
    await report(wide.sensorIds)
    readers.sentAtMs = performance.now()
    await report(watched.sensorIds)
    await eventually(async () => readers.counts.every((count) => count === rounds), Boolean)
    most = Math.max(most, await residentMb())
  }
  const seconds = (performance.now() - startedAtMs) / 1_000
  const cpu = ((await figure('process_cpu_seconds_total')) - startCpuS) / seconds
  t.diagnostic(`${readerCount} readers, ${rounds} rounds of ${watchedSensors} and ${wideSensors} readings`)
  t.diagnostic(`from sending to the last reader: p95 ${percentile(readers.delaysMs, 0.95).toFixed(0)} ms`)
  t.diagnostic(`the server took ${(cpu * 100).toFixed(0)} % of a core, and ${(most - before).toFixed(0)} MB more`)
  assert.equal(readers.delaysMs.length, readerCount * rounds, 'each change once to each')
  assert.equal(readers.ended(), 0)
  assert.deepEqual([await figure('plenum_live_streams'), await figure('plenum_live_dropped_total')], [readerCount, 1])
  assert.ok(most - before <= grownAtMostMb, `${before.toFixed(0)} MB grew to ${most.toFixed(0)} MB`)
})

/** The server in a process of its own, on the database of the one that makes buildings and people. */
async function startInstance(t: TestContext) {
  const env = { DATABASE_URL: server.databaseUrl, PLENUM_DEMO: 'off', PLENUM_LOG_LEVEL: 'warn' }
  const { address } = await startPlenum(t, { dataDir: await makeDataDir(t), env })
  const admin = await createPerson(server, { role: 'administrator' })
  const person = await signIn(address, admin.password, admin.email)
  const figure = async (name: string): Promise<number> => {
    const text = await (await fetch(`${address}/metrics`)).text()
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  }
  return { address, person, figure }
}
