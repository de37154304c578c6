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
  const note = (what: string, about: unknown): void => void noted.push(`${what} ${JSON.stringify(about)}`)
  const told = onAllInstances(bus, {
    hearReadings(offers) {
      for (const { id, at, value } of offers) note('offer', [id, at, value.value])
      return offers.some(({ isNew }) => isNew)
    },
    hearRegistry: (change) => note('drop', change),
    forget: (what) => note('forget', what),
    readingsShow: (floorIds) => note('show floors', floorIds),
    registryShows: (change) => note('show', change),
    accessChanged: () => note('access', null),
  })
  after(async () => {
    await bus.close()
    await commands.close()
  })
  await eventually(async () => bus.state() === 'connected' && commands.status().up, Boolean)
  return { ...told, bus, noted }
}
const openTwo = async () => {
  const [one, two] = await Promise.all([openInstance(), openInstance()])
  // Whoever comes may have missed something; then they know of each other.
  const hello = { buildings: [0], floors: [], sensors: [] }
  one.bus.publish('registry', hello)
  await eventually(
    async () => two.noted.at(-1),
    (last) => last === `show ${JSON.stringify(hello)}`,
  )
  one.noted.length = 0
  two.noted.length = 0
  return [one, two] as const
}
const offer = (isNew: boolean) => [{ id: 7, at: 1_000, value: { at: 1_000, value: 21, quality: 0 }, isNew }]

test('what is done on one instance follows once on each, for what is remembered before what is shown', {
  skip,
}, async () => {
  const [one, two] = await openTwo()
  const change = { buildings: [1], floors: [3], sensors: [] }
  one.readingsCommitted(offer(true), [3], true)
  one.readingsCommitted(offer(false), [3], false)
  one.registryChanged(change)
  one.repaid({ kind: 'floor', ids: [3] })
  one.accessChanged()
  const said = JSON.stringify(change)
  const offered = 'offer [7,1000,21]'
  const repaid = 'forget {"kind":"floor","ids":[3]}'
  const here = ['show floors [3]', `show ${said}`, repaid, 'show null', 'access null']
  const there = [
    offered,
    'show floors [3]',
    offered,
    `drop ${said}`,
    `show ${said}`,
    repaid,
    'show null',
    'access null',
  ]
  assert.deepEqual(one.noted, here)
  await eventually(
    async () => two.noted.length,
    (length) => length === there.length,
  )
  assert.deepEqual(two.noted, there)
  assert.deepEqual(one.noted, here, 'its own words do not come back')
})

test('after a gap nothing is believed, nor after what can not be understood', { skip }, async () => {
  const [one, two] = await openTwo()
  for (const topic of ['readings', 'registry', 'repaid'])
    for (const message of ['x', [3], { floors: [1] }, { offers: [{ id: 'x' }], floorIds: [] }])
      one.bus.publish(topic, message)
  await eventually(
    async () => two.noted.length,
    (length) => length >= 24,
  )
  assert.deepEqual(two.noted, Array.from({ length: 12 }, () => ['forget null', 'show null']).flat())
  await redis.kill()
  await eventually(
    async () => two.noted.length,
    (length) => length > 26,
  )
  assert.deepEqual(two.noted.slice(24, 27), ['forget null', 'show null', 'access null'])
})
