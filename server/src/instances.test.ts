import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { createLog, createMetrics, openBus, openRedis } from '#platform'
import { eventually } from '#test'
import { startTestRedis } from '../test/redis.ts'
import { findRedis } from '../test/system-packages.ts'
import { onAllInstances } from './instances.ts'

const { skip } = findRedis()
const redis = skip ? ({} as Awaited<ReturnType<typeof startTestRedis>>) : await startTestRedis()

/** An instance that only notes what takes place on it. */
async function openInstance() {
  const log = createLog('silent')
  const metrics = createMetrics()
  const commands = openRedis({ url: redis.url, log, metrics })
  const bus = openBus({ redis: { url: redis.url, commands }, secret: 'one', log, metrics })
  const noted: string[] = []
  const effects = onAllInstances(bus, {
    readingsArrived: (floorIds) => void noted.push(`readings ${[...floorIds].join()}`),
    registryChanged: () => void noted.push('registry'),
    accessChanged: () => void noted.push('access'),
  })
  after(async () => {
    await bus.close()
    await commands.close()
  })
  await eventually(async () => bus.state() === 'connected' && commands.status().up, Boolean)
  return { ...effects, bus, noted }
}
const openTwo = async () => {
  const [one, two] = await Promise.all([openInstance(), openInstance()])
  // Whoever comes may have missed something; then they know of each other.
  one.bus.publish('readings', [0])
  await eventually(
    async () => two.noted.at(-1),
    (last) => last === 'readings 0',
  )
  one.noted.length = 0
  two.noted.length = 0
  return [one, two] as const
}

test('what happens on one instance happens once on each', { skip }, async () => {
  const [one, two] = await openTwo()
  one.accessChanged()
  one.registryChanged()
  one.readingsArrived([3, 4, 3])
  const all = ['access', 'registry', 'readings 3,4']
  assert.deepEqual(one.noted, all)
  await eventually(
    async () => two.noted.length,
    (length) => length === all.length,
  )
  assert.deepEqual(two.noted, all)
  assert.deepEqual(one.noted, all, 'its own words do not come back')
})

test('much at once is told at once and in one more message, without a floor missing', { skip }, async () => {
  const [one, two] = await openTwo()
  const floorIds = Array.from({ length: 1_000 }, (_, i) => i + 1)
  for (const id of floorIds) {
    one.readingsArrived([id, id + 1])
    one.registryChanged()
  }
  assert.equal(one.noted.length, 2_000)
  await eventually(
    async () => two.noted.length,
    (length) => length >= 4,
  )
  assert.equal(two.noted.length, 4)
  const readings = two.noted.filter((text) => text !== 'registry')
  assert.deepEqual(readings, ['readings 1,2', `readings ${[...floorIds.slice(1), 1_001].join()}`])
})

test('what was not told yet is told before the end', { skip }, async () => {
  const [one, two] = await openTwo()
  for (const id of [1, 2, 3]) one.readingsArrived([id])
  one.finish()
  one.finish()
  await one.bus.close()
  await eventually(
    async () => two.noted.length,
    (length) => length === 2,
  )
  assert.deepEqual(two.noted, ['readings 1', 'readings 2,3'])
})

test('after a gap nothing is believed; what nobody can have meant is left aside', { skip }, async () => {
  const [one, two] = await openTwo()
  for (const message of [null, 'readings', { floorIds: [1] }, [1.5, '2', 3]]) one.bus.publish('readings', message)
  one.accessChanged()
  await eventually(
    async () => two.noted.at(-1),
    (last) => last === 'access',
  )
  assert.deepEqual(two.noted, ['readings 3', 'access'])
  await redis.kill()
  await eventually(
    async () => two.noted.length,
    (length) => length > 2,
  )
  assert.deepEqual(two.noted.slice(2, 4), ['registry', 'access'])
})
